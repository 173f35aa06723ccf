import { type EndedProgram, runProgram } from "./run_program.ts";

/** Options of {@linkcode runModule}. */
export interface RunModuleOptions {
  /** Permission flags; none by default. */
  readonly grants?: readonly string[];
  readonly args?: readonly string[];
  /** The whole environment of the process, but for what Deno needs to find its cache. */
  readonly env?: Readonly<Record<string, string>>;
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** Runs a module as a process of its own, with the project's imports, until it ends. */
export async function runModule(
  module: string,
  { grants = [], args = [], env = {} }: RunModuleOptions = {},
): Promise<EndedProgram> {
  return await runProgram(Deno.execPath(), {
    args: ["run", "--no-prompt", "--config", `${ROOT}deno.json`, ...grants, module, ...args],
    env,
  });
}
