/** What `deno task soak` is told. */
export interface SoakFlags {
  readonly minutes: number;
  readonly seed: number;
  /** Where the report goes as JSON. */
  readonly json: string | undefined;
  /** The document that is to show the report. */
  readonly markdown: string | undefined;
  /** The Deno that makes the binary. */
  readonly compiler: string | undefined;
}

/** What the command line looks like. */
export const USAGE =
  "Usage: deno task soak [--minutes N] [--seed N] [--compiler DENO|none] [--json FILE] " +
  "[--markdown FILE]";
const DEFAULT_MINUTES = 60;

/**
 * Reads the arguments.
 *
 * @param args Each flag once, with its value after it.
 * @returns What they say, or undefined when they are wrong.
 */
export function parseFlags(args: readonly string[]): SoakFlags | undefined {
  const given = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const [flag = "", value = ""] = args.slice(at);
    const isKnown = ["--minutes", "--seed", "--compiler", "--json", "--markdown"].includes(flag);
    if (!isKnown || value === "" || given.has(flag)) return undefined;
    given.set(flag, value);
  }
  const minutes = Number(given.get("--minutes") ?? DEFAULT_MINUTES);
  const seed = given.get("--seed") ?? String(Math.floor(Math.random() * 2 ** 31));
  if (!(minutes > 0 && minutes <= 24 * 60) || !/^\d{1,10}$/.test(seed)) return undefined;
  return {
    minutes,
    seed: Number(seed),
    json: given.get("--json"),
    markdown: given.get("--markdown"),
    compiler: given.get("--compiler"),
  };
}
