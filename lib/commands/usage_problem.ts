import {
  AliasNotFoundError,
  ArgumentParseError,
  FlagNotFoundError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { SETTING_DEFINITIONS, type SettingDefinition } from "../config/mod.ts";
import { CONSUMED_FORMATS } from "../delegations/mod.ts";
import { neutralise } from "../text.ts";
import { REPORT_VERBS } from "./report.ts";
import { SETTING_FLAGS } from "./flags.ts";

/**
 * Says what is wrong with a command line, on one line: the argument, and what is allowed.
 *
 * @param error What the library threw while it read the arguments.
 * @param args The arguments.
 */
export function usageProblem(error: unknown, args: readonly string[]): string {
  if (error instanceof FlagNotFoundError) {
    const [similar] = error.corrections;
    const hint = similar === undefined ? "" : `did you mean --${similar}? `;
    return `Unknown flag '--${shown(error.input)}': ${hint}${expectedFlags(args)}`;
  }
  if (error instanceof AliasNotFoundError) {
    return `Unknown flag '-${shown(error.input)}': ${expectedFlags(args)}`;
  }
  if (error instanceof UnsatisfiedFlagError) {
    return `Cannot use --${error.externalFlagName} without a value: expected ` +
      allowedFor(error.externalFlagName);
  }
  if (error instanceof UnexpectedFlagError) {
    return `Cannot use --${error.externalFlagName} twice: expected it once`;
  }
  if (error instanceof ArgumentParseError) {
    const { externalFlagNameOrPlaceholder: name, input } = error;
    return `Cannot use '${shown(input)}' from --${name}: expected no value, true or false`;
  }
  if (error instanceof UnsatisfiedPositionalError) {
    const { placeholder } = error;
    return `Cannot report '${verbOf(args)}' without its ${placeholder}: put it behind the word`;
  }
  if (error instanceof UnexpectedPositionalError) return unexpected(error.input, args);
  const message = error instanceof Error ? error.message : String(error);
  return `${neutralise(message, 200)}: see workspace-beat --help`;
}

function unexpected(input: string, args: readonly string[]): string {
  const [, flag] = /^--([a-z-]+)=$/.exec(input) ?? [];
  if (flag !== undefined) {
    return `Cannot use --${flag} without a value: expected ${allowedFor(flag)}`;
  }
  const verb = verbOf(args);
  if (isReport(args) && REPORT_VERBS.includes(verb)) {
    return `Cannot use '${shown(input)}' with 'report ${verb}': expected nothing behind it`;
  }
  if (isReport(args) && verb.startsWith("-")) {
    return `Cannot use '${shown(input)}' behind a flag: expected the verb first: ` +
      "report start --report-file PATH";
  }
  if (input.startsWith("-")) {
    return `Cannot use the argument '${shown(input)}': ${expectedFlags(args)}`;
  }
  return isReport(args)
    ? `Unknown subcommand 'report ${shown(input)}': expected ${REPORT_VERBS.join(", ")}`
    : `Unknown subcommand '${shown(input)}': expected run, check, results or report`;
}

function isReport([command]: readonly string[]): boolean {
  return command === "report";
}

function verbOf([_report, verb = ""]: readonly string[]): string {
  return verb;
}

/** What a flag takes, in the words of the table of settings. */
function allowedFor(flag: string): string {
  if (flag === "format") return CONSUMED_FORMATS.join(" or ");
  const settings: readonly SettingDefinition<unknown>[] = Object.values(SETTING_DEFINITIONS);
  return settings.find((setting) => setting.flag === flag)?.allowed ?? "true or false";
}

function expectedFlags(args: readonly string[]): string {
  if (isReport(args)) {
    return "expected --report-file, --configs-dir, --workspace-id, --workspaces-dir, --help; put -- " +
      "in front of a text that begins with a dash";
  }
  if (args[0] === "results") {
    return "expected --results-file, --workspace-id, --workspaces-dir, --format, --peek, --help";
  }
  const flags = [
    ...Object.keys(SETTING_FLAGS),
    "once (run)",
    "json (check)",
    "help",
    "version",
  ];
  return `expected ${flags.map((flag) => `--${flag}`).join(", ")}`;
}

function shown(input: string): string {
  return neutralise(input, 60);
}
