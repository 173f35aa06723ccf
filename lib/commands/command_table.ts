/**
 * The command line as a table: the subcommands with their flags, as the help text has them. What
 * completes in shells, the man page and the messages about wrong command lines are made of it.
 *
 * @module
 */

import { type Command, type CommandContext, type RouteMap, text_en } from "@stricli/core";
import type { Offered } from "../config/mod.ts";

/** What the program is called. */
export const PROGRAM = "workspace-beat";

/** A flag of a subcommand. */
export interface ListedFlag {
  /** Its name, without dashes. */
  readonly name: string;
  /** What it is for, as the help text says it. */
  readonly brief: string;
  /** What its value may be, as a message says it. */
  readonly allowed: string;
  /** What a shell offers for its value; undefined when it takes none. */
  readonly offered: Offered | undefined;
}

/** What stands behind a subcommand that takes more than flags. */
export interface ListedWords {
  /** What the help text calls it. */
  readonly placeholder: string;
  /** What it is. */
  readonly brief: string;
  /** The words that it may be; none for any text. */
  readonly offered: readonly string[];
  /** Whether it may be several words. */
  readonly isMany: boolean;
}

/** A subcommand, or the whole program. */
export interface ListedCommand {
  /** The words that lead to it, without the program's name: none for the program. */
  readonly path: readonly string[];
  /** What it does, in a few words. */
  readonly brief: string;
  /** What it does, in full. */
  readonly description: string;
  /** Its flags; of one with subcommands, those of the subcommand that it runs by itself. */
  readonly flags: readonly ListedFlag[];
  /** What stands behind it. */
  readonly words: ListedWords | undefined;
  /** Its own subcommands. */
  readonly commands: readonly ListedCommand[];
}

const HELP = switchOf("help", text_en.briefs.help);
const VERSION = switchOf("version", text_en.briefs.version);

/**
 * Lists the whole command line.
 *
 * @param root The program's subcommands.
 * @returns The program, and all that is below it.
 */
export function listCommands<C extends CommandContext>(root: RouteMap<C>): ListedCommand {
  const program = listedMap(root, []);
  return { ...program, flags: [...program.flags, VERSION] };
}

/**
 * Every command of a table in its order, each before those below it.
 *
 * @param command Where to begin.
 */
export function allCommands(command: ListedCommand): readonly ListedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/**
 * What can stand right behind a command: its subcommands, or the words that it takes.
 *
 * @param command The command.
 */
export function nextWords({ commands, words }: ListedCommand): readonly string[] {
  return [...commands.map(({ path }) => path.at(-1) ?? ""), ...words?.offered ?? []];
}

/**
 * The command that a command line leads to.
 *
 * @param program The program.
 * @param args The arguments.
 */
export function commandOf(program: ListedCommand, args: readonly string[]): ListedCommand {
  const [word, ...rest] = args;
  const next = program.commands.find(({ path }) => path.at(-1) === word);
  return next === undefined ? program : commandOf(next, rest);
}

function listedMap<C extends CommandContext>(
  map: RouteMap<C>,
  path: readonly string[],
): ListedCommand {
  const byItself = map.getDefaultCommand();
  return {
    path,
    brief: map.brief,
    description: map.fullDescription ?? map.brief,
    flags: byItself === undefined ? [HELP] : flagsOf(byItself),
    words: undefined,
    commands: map.getAllEntries().map(({ name, target }) => {
      const below = [...path, name.original];
      return "getAllEntries" in target ? listedMap(target, below) : listedCommand(target, below);
    }),
  };
}

function listedCommand<C extends CommandContext>(
  command: Command<C>,
  path: readonly string[],
): ListedCommand {
  return {
    path,
    brief: command.brief,
    description: command.fullDescription ?? command.brief,
    flags: flagsOf(command),
    words: wordsOf(command),
    commands: [],
  };
}

function flagsOf<C extends CommandContext>({ parameters }: Command<C>): readonly ListedFlag[] {
  const flags = Object.entries(parameters.flags ?? {}).map(([name, flag]) => {
    const { brief } = flag;
    if (flag.kind !== "parsed") return switchOf(name, brief);
    const allowed = "allowed" in flag ? String(flag.allowed) : brief;
    return { name, brief, allowed, offered: offeredFor(flag) };
  });
  return [...flags, HELP];
}

function switchOf(name: string, brief: string): ListedFlag {
  return { name, brief, allowed: "true or false", offered: undefined };
}

function wordsOf<C extends CommandContext>({ parameters }: Command<C>): ListedWords | undefined {
  const { positional } = parameters;
  if (positional === undefined) return undefined;
  const isMany = positional.kind === "array";
  const parameter = isMany ? positional.parameter : positional.parameters[0];
  if (parameter === undefined) return undefined;
  const { brief, placeholder = "word" } = parameter;
  const offered = offeredFor(parameter);
  return { placeholder, brief, offered: typeof offered === "string" ? [] : offered, isMany };
}

/** What this project has written beside what the library knows. */
function offeredFor(parameter: object): Offered {
  if (!("offered" in parameter)) return "nothing";
  const { offered } = parameter;
  if (offered === "file" || offered === "folder") return offered;
  const isWords = Array.isArray(offered) && offered.every((word) => typeof word === "string");
  return isWords ? offered : "nothing";
}
