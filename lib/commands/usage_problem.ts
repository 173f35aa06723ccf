import {
  AliasNotFoundError,
  ArgumentParseError,
  FlagNotFoundError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { didYouMean } from "../nearest.ts";
import { neutralise } from "../text.ts";
import { allCommands, commandOf, nextWords, PROGRAM } from "./command_table.ts";
import { commandTable } from "./routes.ts";

/**
 * Says what is wrong with a command line, on one line: the argument, and what is allowed.
 *
 * @param error What the library threw while it read the arguments.
 * @param args The arguments.
 */
export function usageProblem(error: unknown, args: readonly string[]): string {
  if (error instanceof FlagNotFoundError) {
    const hint = meantBy(error.input, error.corrections);
    return `Unknown flag '--${shown(error.input)}': ${hint}${expectedFlags(args)}`;
  }
  if (error instanceof AliasNotFoundError) {
    return `Unknown flag '-${shown(error.input)}': ${expectedFlags(args)}`;
  }
  if (error instanceof UnsatisfiedFlagError) {
    return `Cannot use --${error.externalFlagName} without a value: expected ` +
      allowedFor(error.externalFlagName, args);
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
    const { path } = commandOf(commandTable(), args);
    const attempt = isReport(args) ? `report '${path.at(-1)}'` : `use '${path.join(" ")}'`;
    return `Cannot ${attempt} without its ${placeholder}: put it behind the word`;
  }
  if (error instanceof UnexpectedPositionalError) return unexpected(error.input, args);
  const message = error instanceof Error ? error.message : String(error);
  return `${neutralise(message, 200)}: see workspace-beat --help`;
}

function unexpected(input: string, args: readonly string[]): string {
  const [, flag] = /^--([a-z-]+)=$/.exec(input) ?? [];
  if (flag !== undefined) {
    return `Cannot use --${flag} without a value: expected ${allowedFor(flag, args)}`;
  }
  const meant = commandOf(commandTable(), args);
  const { commands, path } = meant;
  const [command = ""] = path;
  if (input.startsWith("-") && !isReport(args)) {
    return `Cannot use the argument '${shown(input)}': ${expectedFlags(args)}`;
  }
  if (commands.length === 0) {
    return `Cannot use '${shown(input)}' with '${path.join(" ")}': expected nothing behind it`;
  }
  const names = nextWords(meant);
  if (names.includes(input)) {
    const example = isReport(args)
      ? "the verb first: report start --report-file PATH"
      : `it first: ${PROGRAM} ${input} --log-level LEVEL`;
    return `Cannot use '${input}' behind a flag: expected ${example}`;
  }
  const unknown = command === "" ? shown(input) : `${command} ${shown(input)}`;
  return `Unknown subcommand '${unknown}': ${didYouMean(input, names)}expected ${names.join(", ")}`;
}

function isReport([command]: readonly string[]): boolean {
  return command === "report";
}

/** What a flag takes, in the words of the help text. */
function allowedFor(flag: string, args: readonly string[]): string {
  const { flags } = commandOf(commandTable(), args);
  return flags.find(({ name }) => name === flag)?.allowed ?? "true or false";
}

/** What was meant by an unknown flag: one of another subcommand, or one that is spelt alike. */
function meantBy(flag: string, similar: readonly string[]): string {
  const others = allCommands(commandTable()).flatMap(({ flags, path }) =>
    path.length > 0 && flags.some(({ name }) => name === flag)
      ? [[PROGRAM, ...path, `--${flag}`].join(" ")]
      : []
  );
  const [meant] = [...others, ...similar.map((name) => `--${name}`)];
  return meant === undefined ? "" : `did you mean ${meant}? `;
}

function expectedFlags(args: readonly string[]): string {
  const { flags } = commandOf(commandTable(), args);
  const dashes = isReport(args) ? "; put -- in front of a text that begins with a dash" : "";
  return `expected ${flags.map(({ name }) => `--${name}`).join(", ")}${dashes}`;
}

function shown(input: string): string {
  return neutralise(input, 60);
}
