import { parse } from "@std/yaml/parse";
import { mayRead } from "../grants.ts";
import type { LogLevel } from "../log/mod.ts";
import { readSmallFile } from "../small_file.ts";
import { neutralise, reasonOf } from "../text.ts";
import { parseConfigInterval, parseLogLevel } from "./values.ts";

/** The largest config.yaml that is read. */
const LARGEST_CONFIG_BYTES = 1024 * 1024;

/** What config.yaml says to the sidecar. */
export interface ConfigFile {
  /** What became of the file. */
  readonly state: "read" | "absent" | "unreadable" | "not granted";
  /** `observability.heartbeat_interval_seconds`, clamped. */
  readonly intervalSeconds?: number;
  /** `observability.log_level`. */
  readonly logLevel?: LogLevel;
  /** What is wrong with it, one line each. None of it stops the sidecar; `check` fails on it. */
  readonly problems: readonly string[];
}

/**
 * Reads config.yaml. Nothing that is wrong with it stops the sidecar: it is reported, and the
 * defaults hold.
 *
 * Requires `--allow-read` for the file; without, it counts as absent.
 *
 * @param path The file.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  if (!mayRead(path)) return { state: "not granted", problems: [] };
  try {
    const text = await readSmallFile(path, LARGEST_CONFIG_BYTES);
    if (text === undefined) return { state: "absent", problems: [] };
    return parseConfig(text, path);
  } catch (error) {
    const reason = reasonOf(error).replace(`Cannot read '${path}': `, "");
    return { state: "unreadable", problems: [`Cannot read '${path}': ${reason}`] };
  }
}

/**
 * Parses the text of a config.yaml.
 *
 * @param text The text.
 * @param path The file it came from, for the problems.
 */
export function parseConfig(text: string, path: string): ConfigFile {
  let root: unknown;
  try {
    root = parse(text);
  } catch (error) {
    return { state: "read", problems: [`Cannot parse '${path}': ${syntaxProblem(error)}`] };
  }
  const problems: string[] = [];
  const complain = (keys: readonly string[], expected: string, value: unknown) => {
    problems.push(
      `Cannot use '${keys.join(".")}' in '${path}' at ${positionOf(text, keys)}: ` +
        `expected ${expected}: current value is ${shown(value)}; the default is used`,
    );
  };
  if (root === null || root === undefined) return { state: "read", problems };
  if (!isMapping(root)) {
    // Not shown: it is some other file, and that may be the token's.
    problems.push(
      `Cannot use '${path}' at line 1, column 1: expected a mapping; defaults are used`,
    );
    return { state: "read", problems };
  }
  const block = root["observability"];
  if (block === undefined) return { state: "read", problems };
  if (!isMapping(block)) {
    complain(["observability"], "a mapping", block);
    return { state: "read", problems };
  }
  const intervalSeconds = read(
    block,
    "heartbeat_interval_seconds",
    parseConfigInterval,
    (value) =>
      complain(
        ["observability", "heartbeat_interval_seconds"],
        "a number of seconds, which is clamped to 5 to 300",
        value,
      ),
  );
  const logLevel = read(
    block,
    "log_level",
    (value) => typeof value === "string" ? parseLogLevel(value) : undefined,
    (value) =>
      complain(["observability", "log_level"], "one of debug, info, warning, error", value),
  );
  return {
    state: "read",
    problems,
    ...(intervalSeconds !== undefined && { intervalSeconds }),
    ...(logLevel !== undefined && { logLevel }),
  };
}

function read<T>(
  block: Record<string, unknown>,
  key: string,
  parseValue: (value: unknown) => T | undefined,
  complain: (value: unknown) => void,
): T | undefined {
  if (!Object.hasOwn(block, key)) return undefined;
  const value = parseValue(block[key]);
  if (value === undefined) complain(block[key]);
  return value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  // YAML also makes dates and bytes.
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** The parser's own words up to the excerpt of the file, which may hold anything. */
function syntaxProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [words = ""] = message.split("\n");
  // The parser counts the columns of a duplicated key below zero.
  return neutralise(words, 200).replace(/, column -\d+/, "").replace(/:$/, "");
}

/** A list or mapping is not spelt out: with YAML's aliases it may hold itself, or be endless. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return isMapping(value) ? "a mapping" : `'${neutralise(String(value), 60)}'`;
}

/** What may stand in front of a key. */
const ANYWHERE = "^|[\\s{,\"']";

/** Finds where a key stands: each key is looked for behind the one that holds it. */
function positionOf(text: string, keys: readonly string[]): string {
  const code = text.replace(/(?<=^|\s)#.*/g, (comment) => " ".repeat(comment.length));
  let from = 0;
  for (const [depth, key] of keys.entries()) {
    // A key of the file's own stands at the start of a line, unless all is in one pair of braces.
    const starts = depth === 0 ? ["^[\"']?", ANYWHERE] : [ANYWHERE];
    for (const start of starts) {
      const pattern = new RegExp(`(?<=${start})${key}(?=["']?\\s*:)`, "gm");
      pattern.lastIndex = from;
      const found = pattern.exec(code);
      if (found === null) continue;
      from = found.index;
      break;
    }
  }
  const before = text.slice(0, from).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
