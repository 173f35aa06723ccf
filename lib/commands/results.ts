import { buildCommand, type Command } from "@stricli/core";
import {
  type Build,
  configurationError,
  InputError,
  resolveResultsFile,
  type Setting,
  usageError,
} from "../config/mod.ts";
import {
  CONSUMED_FORMAT,
  CONSUMED_FORMATS,
  type ConsumedFormatName,
  NotConsumedError,
  Printout,
  ResultsConsumer,
} from "../delegations/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { didYouMean } from "../nearest.ts";
import { resultsFiles } from "../permissions.ts";
import { neutralise, reasonOf } from "../text.ts";
import { type CommandContext, tell } from "./context.ts";
import { ONE_OF_SEVERAL_FLAGS, SETTING_FLAGS, switchFlag, textFlag } from "./flags.ts";
import { refuseLackingFiles } from "./required_grants.ts";

interface ResultsFlags {
  readonly "results-file"?: string;
  readonly "workspace-id"?: string;
  readonly "workspaces-dir"?: string;
  readonly format?: string;
  readonly peek: boolean;
}

/** `workspace-beat results`: prints the results that wait for the agent, and consumes them. */
export const results: Command<CommandContext> = buildCommand<ResultsFlags, [], CommandContext>({
  docs: {
    brief: "Print the results that wait, and consume them",
    fullDescription: "Prints the results that wait in the results file, and removes what it has " +
      "printed: each result is printed once, and again only by the next run after one that failed. " +
      "It needs no workspace and no platform. Without results it prints nothing (json: []).",
  },
  parameters: {
    flags: {
      "results-file": {
        ...SETTING_FLAGS["results-file"],
        brief: "The results file that the sidecar writes: a path",
      },
      ...ONE_OF_SEVERAL_FLAGS,
      format: textFlag({
        brief: "How results are printed: text, fenced for a model, or json, one array",
        allowed: CONSUMED_FORMATS.join(" or "),
        offered: CONSUMED_FORMATS,
      }),
      peek: switchFlag("Print without consuming: nothing is changed"),
    },
  },
  async func({ format: formatText, peek, ...texts }) {
    const format = parseFormat(formatText);
    const resultsFile = await resolveResultsFile({ texts, switches: {} }, this.build);
    refuseStdout(resultsFile);
    refuseLackingGrants(resultsFile, { peek, build: this.build });
    const consumer = new ResultsConsumer(resultsFile.value, (line) => tell(this, line));
    const printout = new Printout(Deno.stdout, CONSUMED_FORMAT[format]);
    try {
      await (peek ? consumer.peek(printout) : consumer.consume(printout));
    } catch (error) {
      throw explained(error, resultsFile.value);
    }
  },
});

function parseFormat(text: string = "text"): ConsumedFormatName {
  const format = CONSUMED_FORMATS.find((format) => format === text);
  if (format !== undefined) return format;
  const expected = CONSUMED_FORMATS.join(" or ");
  throw usageError(
    `Cannot use '${neutralise(text, 60)}' from --format: ` +
      `${didYouMean(text, CONSUMED_FORMATS)}expected ${expected}`,
  );
}

function refuseStdout({ value, origin }: Setting<string>): void {
  if (value !== "-") return;
  const message = `Cannot print results from '-' (from ${origin}): the sidecar has printed them ` +
    "itself: expected the path of the file that it writes";
  throw origin.startsWith("flag ") ? usageError(message) : configurationError(message);
}

function refuseLackingGrants(
  { value: path, origin }: Setting<string>,
  { peek, build }: { peek: boolean; build: Build | undefined },
): void {
  const { results, next, taken, takenNext, takenLock, rejected } = resultsFiles(path);
  const written = [results, taken, takenNext, takenLock, rejected];
  refuseLackingFiles({
    doing: `${peek ? "read" : "consume"} the results file '${path}' (from ${origin})`,
    read: peek ? [results, next, taken, takenNext] : [...written, next],
    write: peek ? [] : written,
    env: ["DELEGATION_RESULTS_FILE"],
    builtFor: `the results file ${build?.resultsFile}`,
    wanted: { resultsFile: path },
  }, build);
}

const EXIT_CODES: Readonly<Record<NotConsumedError["failed"], ExitCode>> = {
  "lock": EXIT_CODE.tryAgain,
  "print": EXIT_CODE.tryAgain,
  "set aside": EXIT_CODE.resultsFile,
};

/** Why results were not consumed, on one line, with what to do about it. */
function explained(error: unknown, path: string): InputError {
  if (error instanceof NotConsumedError) {
    return new InputError(error.message, EXIT_CODES[error.failed]);
  }
  // It names a file that is a link, a folder or the like.
  if (error instanceof TypeError) return new InputError(error.message, EXIT_CODE.resultsFile);
  const problem = `Cannot consume the results file '${path}': ${reasonOf(error)}`;
  if (error instanceof Deno.errors.NotCapable) {
    return new InputError(`${problem}: grant it`, EXIT_CODE.notAllowed);
  }
  const remedy = error instanceof Deno.errors.PermissionDenied
    ? ": this user may not: give the sidecar a --results-mode that lets the agent's user read and " +
      "write, and a folder for the file that both may write and that is not sticky, as /tmp is; " +
      "files of another user that an earlier run has left beside it have to go"
    : "";
  return new InputError(problem + remedy, EXIT_CODE.resultsFile);
}
