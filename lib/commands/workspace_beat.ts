import { buildApplication, run as runApplication, text_en } from "@stricli/core";
import { type Build, InputError } from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { neutralise } from "../text.ts";
import { VERSION } from "../version.ts";
import { PROGRAM } from "./command_table.ts";
import { commandContext, LONGEST_MESSAGE } from "./context.ts";
import { ROUTES } from "./routes.ts";
import { usageProblem } from "./usage_problem.ts";

/**
 * The whole program: reads the arguments, does what they say, and gives the exit code. Whatever is
 * wrong is said in one line on standard error.
 *
 * @param args The arguments, without the program's name.
 * @param build What the binary was built for; left out for `deno run`.
 */
export async function workspaceBeat(args: readonly string[], build?: Build): Promise<ExitCode> {
  const context = commandContext(build);
  let failed: ExitCode = EXIT_CODE.unexpected;
  const application = buildApplication(
    ROUTES,
    {
      name: PROGRAM,
      // Behind -- stands a text that may begin with a dash; nothing else takes one.
      scanner: { allowArgumentEscapeSequence: args[0] === "report" },
      versionInfo: { currentVersion: VERSION },
      documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments(error) {
            failed = EXIT_CODE.usage;
            return usageProblem(error, args);
          },
          exceptionWhileRunningCommand(error) {
            if (error instanceof InputError) failed = error.exitCode;
            return error instanceof Error
              ? neutralise(error.message, LONGEST_MESSAGE)
              : String(error);
          },
        },
      },
    },
  );
  await runApplication(application, args, context);
  return context.process.exitCode === 0 ? context.exitCode : failed;
}
