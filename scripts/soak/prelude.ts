/**
 * Runs before the program that is soaked: counts what is alive in it, and says so in a line of
 * standard output whenever SIGUSR2 comes. It needs no grant.
 *
 * @module
 */
import { Alive } from "./alive.ts";

const alive = new Alive();
alive.watch();
let signals = 0;
Deno.addSignalListener("SIGUSR2", () => {
  const line = `alive ${++signals} ${JSON.stringify(alive.counts())}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
});
