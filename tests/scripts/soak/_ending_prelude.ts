/** The soak's prelude in front of a program that ends by itself, when it has been looked at twice. */
import "../../../scripts/soak/prelude.ts";

let looks = 0;
Deno.addSignalListener("SIGUSR2", () => {
  if (++looks === 2) Deno.exit(3);
});
