import { type Build, InputError } from "../config/mod.ts";
import type { ExitCode } from "../exit_code.ts";
import { commandContext } from "./context.ts";
import { answerHealth } from "./health_answer.ts";
import { plainHealthFlags } from "./plain_health_flags.ts";

/**
 * Does what the arguments say, and gives the exit code. A probe runs every few seconds beside an
 * agent: a plain `health` loads nothing that it does not need.
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
  const { workspaceBeat } = await import("./workspace_beat.ts");
  return await workspaceBeat(args, build);
}
