import {
  type Build,
  type FlagValues,
  InputError,
  SETTING_DEFINITIONS,
  SWITCHES,
} from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { neutralise } from "../text.ts";
import { commandContext, LONGEST_MESSAGE, tell } from "./context.ts";
import { keepAlive } from "./keep_alive.ts";
import { plainFlags } from "./plain_flags.ts";

// Here for the command line, too: what is loaded for a run is one file then, and not two.
export { keepAlive };

/** The flags that take a value. */
const VALUED = Object.values(SETTING_DEFINITIONS).flatMap((definition) =>
  "flag" in definition ? definition.flag : []
);
/** The flags that take none, beside `--once`. */
const SWITCHED = Object.values(SWITCHES).map(({ flag }) => flag);

/** What a plain `run` says. */
export interface PlainRun {
  readonly flags: FlagValues;
  readonly once: boolean;
}

/**
 * Does a plain `run`. A sidecar runs for months, and holds nothing of the command line's parser, nor of
 * the other subcommands.
 *
 * @param args The arguments, without the program's name.
 * @param build What the binary was built for; undefined for `deno run`.
 * @returns What the process ends with; undefined when the arguments are no plain `run`.
 */
export async function runPlainly(
  args: readonly string[],
  build: Build | undefined,
): Promise<ExitCode | undefined> {
  const plain = plainRunFlags(args);
  if (plain === undefined) return undefined;
  try {
    return await keepAlive(plain.flags, { once: plain.once, build });
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    tell(commandContext(build), neutralise(message, LONGEST_MESSAGE));
    return error instanceof InputError ? error.exitCode : EXIT_CODE.unexpected;
  }
}

/**
 * Reads the arguments of a `run` that is written as people write it.
 *
 * @param args The arguments.
 * @returns What they say; undefined when they are anything else.
 *
 * @example
 * ```ts
 * import { plainRunFlags } from "./plain_run.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainRunFlags(["--interval", "20"])?.flags.texts, { interval: "20" });
 * assertEquals(plainRunFlags(["run", "--help"]), undefined);
 * ```
 */
export function plainRunFlags(args: readonly string[]): PlainRun | undefined {
  const rest = args[0] === "run" ? args.slice(1) : args;
  const plain = plainFlags(rest, { valued: VALUED, switches: [...SWITCHED, "once"] });
  if (plain === undefined) return undefined;
  const { switched, texts } = plain;
  const switches = Object.fromEntries(
    SWITCHED.filter((flag) => switched.has(flag)).map((flag) => [flag, true]),
  );
  return { flags: { texts, switches }, once: switched.has("once") };
}
