/**
 * The command line of `deno task release`.
 *
 * @module
 */

import { usageError } from "../../lib/config/mod.ts";
import { type CompileOptions, HELP as COMPILE_HELP, parseOptions } from "../compile/options.ts";
import { type Target, TARGETS } from "../compile/targets.ts";

/** What is released, and how. */
export interface ReleaseOptions {
  /** What the binaries are made for. */
  readonly compile: CompileOptions;
  /** The systems that there is a binary for. */
  readonly targets: readonly Target[];
  /** A folder with base binaries, each called `denort-TARGET`. */
  readonly baseBinaries: string | undefined;
  /** Whether a release is one that lacks a system whose base binary is not to be had. */
  readonly allowsMissing: boolean;
}

/** The text that `--help` prints. */
export const HELP: string = [
  "Usage: deno task release --platform-url URL [--platform-url URL2] [flags]",
  "",
  "Makes build/release: a binary for each system, man page, completions, SBOM and checksums. The",
  "flags of deno task compile say what the binaries are made for.",
  "",
  ...COMPILE_HELP.split("\n").filter((line) => /^ {2}--(?!target|output)/.test(line)),
  "  --target          The system to make a binary for; give it again for more [all]",
  "  --base-binaries   A folder with base binaries, called denort-TARGET [Deno downloads them]",
  "  --allow-missing   Leave out systems whose base binary is not to be had",
].join("\n");

/**
 * Reads the arguments of `deno task release`.
 *
 * @param args The arguments: `--flag value` or `--flag=value`.
 * @throws {InputError} When an argument is unknown or not allowed, or no platform is given.
 */
export function parseReleaseOptions(args: readonly string[]): ReleaseOptions {
  const triples: string[] = [];
  const folders: string[] = [];
  const others: string[] = [];
  const rest = args.flatMap((arg) => {
    const [, flag, value] = /^(--[^=]*)=(.*)$/s.exec(arg) ?? [];
    return flag === undefined || value === undefined ? [arg] : [flag, value];
  });
  let allowsMissing = false;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--allow-missing") allowsMissing = true;
    else if (arg === "--target") triples.push(valueOf(arg, rest));
    else if (arg === "--base-binaries") folders.push(valueOf(arg, rest));
    else if (arg === "--output") {
      throw usageError("Cannot use --output: a release goes into build/release");
    } else others.push(arg, ...rest.splice(0, 1));
  }
  const [baseBinaries, ...more] = folders;
  if (more.length > 0) throw usageError("Cannot use --base-binaries twice: expected it once");
  return {
    compile: parseOptions(others),
    targets: triples.length === 0 ? TARGETS : [...new Set(triples)].map(targetNamed),
    baseBinaries,
    allowsMissing,
  };
}

function valueOf(flag: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined || value === "") throw usageError(`Cannot use ${flag} without a value`);
  return value;
}

function targetNamed(triple: string): Target {
  const target = TARGETS.find((target) => target.triple === triple);
  if (target !== undefined) return target;
  // The flag of `deno task compile` refuses it in the same words.
  parseOptions(["--target", triple]);
  throw usageError(`Cannot use '${triple}' from --target`);
}
