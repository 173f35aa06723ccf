import type { CommandContext as StricliContext, StricliProcess } from "@stricli/core";
import type { Build } from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";

/** What a subcommand works with. */
export interface CommandContext extends StricliContext {
  /** Where the library writes, and leaves its own exit code. */
  readonly process: StricliProcess;
  /** What the binary was built for; undefined for `deno run`. */
  readonly build: Build | undefined;
  /** What the process ends with; a subcommand sets it. */
  exitCode: ExitCode;
}

/**
 * Makes the context of one run.
 *
 * @param build What the binary was built for.
 */
export function commandContext(build: Build | undefined): CommandContext {
  return {
    build,
    exitCode: EXIT_CODE.fine,
    process: { stdout: writer(Deno.stdout), stderr: writer(Deno.stderr) },
  };
}

/** Room for a command line with every grant in it, or for a long path and what is wrong with it. */
export const LONGEST_MESSAGE = 8000;

/**
 * Says something on standard error in the middle of a subcommand's work, which goes on even where
 * nobody can read it.
 *
 * @param context Where to.
 * @param line One line, without its break.
 */
export function tell({ process }: CommandContext, line: string): void {
  try {
    process.stderr.write(`${line}\n`);
  } catch {
    // Nobody reads it, and the work matters more.
  }
}

/** The library writes whole texts: help, version, and one-line errors. */
function writer(stream: { writeSync(bytes: Uint8Array): number }) {
  return {
    write(text: string): void {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    },
  };
}
