/** The soak's prelude in front of a program that forgets its timers. */
import "../../../scripts/soak/prelude.ts";

setInterval(() => setTimeout(() => {}, 1e9), 100);
