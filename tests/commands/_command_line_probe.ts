// Runs many command lines, each in an environment of its own; on standard error a line with the
// exit code follows what each has written.
import { workspaceBeat } from "../../lib/commands/mod.ts";

interface CommandLine {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

const commandLines: CommandLine[] = JSON.parse(Deno.args[0] ?? "[]");
for (const { env, args } of commandLines) {
  for (const name of Object.keys(Deno.env.toObject())) Deno.env.delete(name);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  console.error(`exit ${await workspaceBeat(args)}`);
}
