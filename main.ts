import { workspaceBeat } from "./lib/commands/mod.ts";

if (import.meta.main) Deno.exit(await workspaceBeat(Deno.args));
