import { usageError } from "../../lib/config/mod.ts";
import { neutralise } from "../../lib/text.ts";
import { type PartName, PARTS } from "./parts.ts";

/** The command line of `deno task bench`. */
export interface BenchOptions {
  /** Whether the budgets are held against what was measured. */
  readonly check: boolean;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  /** The Markdown file whose table is replaced. */
  readonly markdown: string | undefined;
  /** What is measured. */
  readonly only: readonly PartName[];
  /** The Deno that compiles the binary. */
  readonly compiler: string;
  /** How many beats a run at full speed has at the most. */
  readonly beats: number;
}

/** The text that `--help` prints. */
export const HELP = `Usage: deno task bench [flags]

Measures the sidecar beside the same loop in Python and Node, in under five minutes.

  --check           Hold the budgets against the figures, and end with 1 when one is exceeded
  --json FILE       Write the figures there, as JSON
  --markdown FILE   Replace the table in this file
  --only PART       Measure this part alone; may be given again: ${Object.keys(PARTS).join(", ")}
  --compiler DENO   The Deno that compiles the binary, of the version of DENORT_BIN [this one]
  --beats N         Leave out what takes more beats at full speed than these [20000]`;

const DEFAULT_BEATS = 20_000;
/** Whoever beats less often shows nothing. */
const LEAST_BEATS = 20;

/**
 * Reads the arguments of `deno task bench`.
 *
 * @param args The arguments: `--flag value`, or `--check` alone.
 * @returns What to do; undefined when help was asked for.
 * @throws {InputError} An argument is unknown or not allowed.
 */
export function parseBenchOptions(args: readonly string[]): BenchOptions | undefined {
  if (args.includes("--help")) return undefined;
  const values = new Map<string, string[]>();
  let check = false;
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === "--check") {
      check = true;
      continue;
    }
    if (!["--json", "--markdown", "--only", "--compiler", "--beats"].includes(flag)) {
      throw usageError(`Unknown argument '${neutralise(flag, 100)}': see --help`);
    }
    const value = rest.shift();
    if (value === undefined || value === "") {
      throw usageError(`Missing value of ${flag}: see --help`);
    }
    values.set(flag, [...values.get(flag) ?? [], value]);
  }
  const last = (flag: string) => values.get(flag)?.at(-1);
  const only = values.get("--only")?.map(parsePart) ?? ALL;
  return {
    check,
    json: last("--json"),
    markdown: last("--markdown"),
    only: ALL.filter((part) => only.includes(part)),
    compiler: last("--compiler") ?? Deno.execPath(),
    beats: parseBeats(last("--beats") ?? String(DEFAULT_BEATS)),
  };
}

const ALL = Object.keys(PARTS).filter(isPart);

function isPart(text: string): text is PartName {
  return Object.hasOwn(PARTS, text);
}

function parsePart(text: string): PartName {
  if (isPart(text)) return text;
  throw usageError(
    `Cannot use '${neutralise(text, 100)}' from --only: expected one of ${ALL.join(", ")}`,
  );
}

function parseBeats(text: string): number {
  const beats = Number(text);
  if (/^\d+$/.test(text) && beats >= LEAST_BEATS) return beats;
  throw usageError(
    `Cannot use '${neutralise(text, 100)}' from --beats: expected a whole number of at least ` +
      `${LEAST_BEATS}`,
  );
}
