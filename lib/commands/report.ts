import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import {
  type Build,
  InputError,
  resolveReportFile,
  type Setting,
  SETTING_DEFINITIONS,
  usageError,
} from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { reportFiles } from "../permissions.ts";
import {
  changeReport,
  readReport,
  ReportBusyError,
  requestFailed,
  requestSucceeded,
  type RuntimeReport,
  taskFinished,
  taskStarted,
  wedgeCleared,
  wedgeMarked,
} from "../report/mod.ts";
import { neutralise, reasonOf } from "../text.ts";
import { type CommandContext, LONGEST_MESSAGE, tell } from "./context.ts";
import { ONE_OF_SEVERAL_FLAGS, SETTING_FLAGS } from "./flags.ts";
import { assigned, parseAssignments, reportText } from "./report_assignment.ts";
import { refuseLackingFiles } from "./required_grants.ts";

interface ReportFlags {
  readonly "report-file"?: string;
  readonly "configs-dir"?: string;
  readonly "workspace-id"?: string;
  readonly "workspaces-dir"?: string;
}

/** Makes the new report of the one that is there. */
type Change = (report: RuntimeReport) => RuntimeReport;

const FLAGS = {
  "report-file": SETTING_FLAGS["report-file"],
  "configs-dir": {
    ...SETTING_FLAGS["configs-dir"],
    brief: "The folder of the report file, where that is not named: the path of a folder",
  },
  ...ONE_OF_SEVERAL_FLAGS,
} as const;

const ROUTES = {
  start: wordy("A task has begun: one more is active, and the label says which", {
    placeholder: "label",
    meaning: "What the agent is doing",
    makeChange: (label) => (report) => taskStarted(report, label),
  }),
  done: wordless("A task has ended; the label goes with the last one", taskFinished),
  ok: wordless("A request has succeeded", requestSucceeded),
  error: wordy("A request has failed", {
    placeholder: "text",
    meaning: "What went wrong",
    makeChange: (text) => (report) => requestFailed(report, text),
  }),
  wedged: wordy("The runtime is stuck; the first reason stands until clear", {
    placeholder: "reason",
    meaning: "Why; it is shown on the workspace's card",
    makeChange: (reason) => {
      if (reason.trim() === "") throw usageError("Cannot mark a wedge without a reason");
      return (report) => wedgeMarked(report, reason);
    },
  }),
  clear: wordless("The runtime is not stuck any more", wedgeCleared),
  set: setCommand(),
  show: showCommand(),
};

/** `workspace-beat report`: tells the sidecar what the agent is doing, from a shell or a hook. */
export const report: RouteMap<CommandContext> = buildRouteMap({
  routes: ROUTES,
  defaultCommand: "show",
  docs: {
    brief: "Tell the sidecar what the agent is doing",
    fullDescription:
      "Changes the report file, whoever else does so at the same time; the sidecar " +
      "sends it with its beats, and at once when task, wedge or idle time-out have changed. It " +
      "needs no workspace and no platform, and prints nothing unless something is wrong.",
  },
});

function wordless(brief: string, change: Change): Command<CommandContext> {
  return buildCommand<ReportFlags, [], CommandContext>({
    docs: { brief },
    parameters: { flags: FLAGS },
    async func(flags) {
      await changeIn(this, flags, change);
    },
  });
}

/** A verb with words behind it: they need no quotes. */
function wordy(
  brief: string,
  { placeholder, meaning, makeChange }: {
    placeholder: string;
    meaning: string;
    makeChange: (text: string) => Change;
  },
): Command<CommandContext> {
  return buildCommand<ReportFlags, string[], CommandContext>({
    docs: { brief },
    parameters: { flags: FLAGS, positional: words(placeholder, meaning) },
    async func(flags, ...texts) {
      refuseEmptyFlags(texts);
      await changeIn(this, flags, makeChange(reportText(texts.join(" "))));
    },
  });
}

function setCommand(): Command<CommandContext> {
  return buildCommand<ReportFlags, string[], CommandContext>({
    docs: {
      brief: "Set fields: KEY=VALUE, such as idle_timeout_seconds=600 or capabilities.session=true",
      fullDescription: "Sets fields of the report, in one go. KEY= empties a field.",
    },
    parameters: { flags: FLAGS, positional: words("KEY=VALUE", "A field and its value") },
    async func(flags, ...texts) {
      refuseEmptyFlags(texts);
      const assignments = parseAssignments(texts);
      await changeIn(this, flags, (report) => assigned(report, assignments));
    },
  });
}

function showCommand(): Command<CommandContext> {
  return buildCommand<ReportFlags, [], CommandContext>({
    docs: { brief: "Print the report as JSON; {} where there is none (the default)" },
    parameters: { flags: FLAGS },
    async func(flags) {
      const file = await resolved(this.build, flags);
      refuseLackingFiles({ ...needed("read", file, this.build), read: [file.value] }, this.build);
      const found = await readReport(file.value).catch((error) => {
        if (error instanceof TypeError) {
          const remedy = "remove it, or name another with --report-file";
          throw new InputError(`${error.message}: ${remedy}`, EXIT_CODE.resultsFile);
        }
        throw explained(error, `read the report '${file.value}' (from ${file.origin})`);
      });
      if (found.report === undefined) {
        throw new InputError(
          `Cannot use the report '${file.value}': ${found.problem}`,
          EXIT_CODE.resultsFile,
        );
      }
      this.process.stdout.write(`${JSON.stringify(found.report, null, 2)}\n`);
    },
  });
}

function words(placeholder: string, brief: string) {
  return {
    kind: "array",
    minimum: 1,
    parameter: { brief, parse: (text: string) => text, placeholder },
  } as const;
}

/** The library takes `--report-file=` for a word: the shell has put nothing behind it. */
function refuseEmptyFlags(texts: readonly string[]): void {
  for (
    const { allowed, flag } of [SETTING_DEFINITIONS.reportFile, SETTING_DEFINITIONS.configsDir]
  ) {
    if (!texts.includes(`--${flag}=`)) continue;
    throw usageError(`Cannot use --${flag} without a value: expected ${allowed}`);
  }
}

async function changeIn(
  context: CommandContext,
  flags: ReportFlags,
  change: Change,
): Promise<void> {
  const { build } = context;
  const file = await resolved(build, flags);
  const files = Object.values(reportFiles(file.value));
  refuseLackingFiles({ ...needed("change", file, build), read: files, write: files }, build);
  const stamped = (report: RuntimeReport) =>
    change({ ...report, updated_at: new Date().toISOString() });
  try {
    await changeReport(file.value, stamped, {
      tell: (line) => tell(context, neutralise(line, LONGEST_MESSAGE)),
    });
  } catch (error) {
    throw explained(error, `change the report '${file.value}' (from ${file.origin})`);
  }
}

const VARIABLES = ["RUNTIME_REPORT_FILE", "CONFIGS_DIR"];

function needed(verb: string, { value: path, origin }: Setting<string>, build: Build | undefined) {
  return {
    doing: `${verb} the report '${path}' (from ${origin})`,
    read: [],
    write: [],
    env: VARIABLES,
    builtFor: `the report file ${build?.reportFile}`,
    wanted: { reportFile: path },
  };
}

async function resolved(build: Build | undefined, flags: ReportFlags): Promise<Setting<string>> {
  return await resolveReportFile({ texts: flags, switches: {} }, build);
}

/** Why the report was not changed or shown, on one line, with what to do about it. */
function explained(error: unknown, attempt: string): InputError {
  if (error instanceof ReportBusyError) return new InputError(error.message, EXIT_CODE.tryAgain);
  // Their messages say it all: it is a link or a folder, or it would be too large.
  if (error instanceof TypeError || error instanceof RangeError) {
    return new InputError(error.message, EXIT_CODE.resultsFile);
  }
  // Deno asks again where a link in the path has led to.
  if (error instanceof Deno.errors.NotCapable) {
    const remedy = "name it, in the grant and with --report-file, by a path without links";
    return new InputError(`Cannot ${attempt}: ${reasonOf(error)}: ${remedy}`, EXIT_CODE.notAllowed);
  }
  const remedy = error instanceof Deno.errors.PermissionDenied
    ? ": let this user read and write it and its folder, or name another with --report-file"
    : error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory
    ? ": make its folder, or name another with --report-file"
    : "";
  return new InputError(`Cannot ${attempt}: ${reasonOf(error)}${remedy}`, EXIT_CODE.resultsFile);
}
