import {
  AliasNotFoundError,
  ArgumentParseError,
  FlagNotFoundError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
} from "@stricli/core";
import { SETTING_DEFINITIONS, type SettingDefinition } from "../config/mod.ts";
import { CONSUMED_FORMATS } from "../delegations/mod.ts";
import { neutralise } from "../text.ts";
import { SETTING_FLAGS } from "./flags.ts";

/**
 * Says what is wrong with a command line, on one line: the argument, and what is allowed.
 *
 * @param error What the library threw while it read the arguments.
 */
export function usageProblem(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    const [similar] = error.corrections;
    const hint = similar === undefined ? "" : `did you mean --${similar}? `;
    return `Unknown flag '--${shown(error.input)}': ${hint}${expectedFlags()}`;
  }
  if (error instanceof AliasNotFoundError) {
    return `Unknown flag '-${shown(error.input)}': ${expectedFlags()}`;
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
  if (error instanceof UnexpectedPositionalError) return unexpected(error.input);
  const message = error instanceof Error ? error.message : String(error);
  return `${neutralise(message, 200)}: see workspace-beat --help`;
}

function unexpected(input: string): string {
  const [, flag] = /^--([a-z-]+)=$/.exec(input) ?? [];
  if (flag !== undefined) {
    return `Cannot use --${flag} without a value: expected ${allowedFor(flag)}`;
  }
  return input.startsWith("-")
    ? `Cannot use the argument '${shown(input)}': ${expectedFlags()}`
    : `Unknown subcommand '${shown(input)}': expected run, check or results`;
}

/** What a flag takes, in the words of the table of settings. */
function allowedFor(flag: string): string {
  if (flag === "format") return CONSUMED_FORMATS.join(" or ");
  const settings: readonly SettingDefinition<unknown>[] = Object.values(SETTING_DEFINITIONS);
  return settings.find((setting) => setting.flag === flag)?.allowed ?? "true or false";
}

function expectedFlags(): string {
  const flags = [
    ...Object.keys(SETTING_FLAGS),
    "once (run)",
    "json (check)",
    "format, --peek (results)",
    "help",
    "version",
  ];
  return `expected ${flags.map((flag) => `--${flag}`).join(", ")}`;
}

function shown(input: string): string {
  return neutralise(input, 60);
}
