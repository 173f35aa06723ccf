import { type Build, InputError } from "../config/mod.ts";
import type { ExitCode } from "../exit_code.ts";
import { commandContext } from "./context.ts";
import { answerHealth } from "./health_answer.ts";
import { plainHealthFlags } from "./plain_health_flags.ts";

/**
 * Does what the arguments say, and gives the exit code. A probe runs every few seconds beside an
 * agent, and a sidecar runs for months: a plain `health` and a plain `run` load nothing that they do
 * not need.
 *
 * @param args The arguments, without the program's name.
 * @param build What the binary was built for; left out for `deno run`.
 */
export async function start(args: readonly string[], build?: Build): Promise<ExitCode> {
  const flags = plainHealthFlags(args);
  if (flags !== undefined) {
    const { stdout } = commandContext(build).process;
    try {
      return await answerHealth(flags, { build, write: (text) => stdout.write(text) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // the whole program says what is wrong
    }
  }
  if (args[0] === undefined || args[0] === "run" || args[0].startsWith("-")) {
    const { runPlainly } = await import("./plain_run.ts");
    const exitCode = await runPlainly(args, build);
    if (exitCode !== undefined) return exitCode;
  }
  const { workspaceBeat } = await import("./workspace_beat.ts");
  return await workspaceBeat(args, build);
}
