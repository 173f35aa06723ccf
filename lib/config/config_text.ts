import { parse } from "@std/yaml/parse";
import type { LogLevel } from "../log/mod.ts";
import { didYouMean } from "../nearest.ts";
import { neutralise } from "../text.ts";
import { withoutCredentials } from "./_credentials.ts";
import { SETTING_DEFINITIONS } from "./settings.ts";
import {
  LONGEST_CARD_TEXT,
  parseAgentUrl,
  parseCardText,
  parseConfigInterval,
  parseLogLevel,
  parseRegisterMode,
  parseSkills,
  type RegisterMode,
} from "./values.ts";

/** What config.yaml says to the sidecar. */
export interface ConfigFile {
  /** What became of the file. */
  readonly state: "read" | "absent" | "unreadable" | "not granted";
  /** `observability.heartbeat_interval_seconds`, clamped. */
  readonly intervalSeconds?: number;
  /** `observability.log_level`. */
  readonly logLevel?: LogLevel;
  /** `heartbeat.register`. */
  readonly registerMode?: RegisterMode;
  /** `heartbeat.agent_card.name`. */
  readonly agentName?: string;
  /** `heartbeat.agent_card.description`. */
  readonly agentDescription?: string;
  /** `heartbeat.agent_card.skills`: a list of names, or one text with commas. */
  readonly agentSkills?: readonly string[];
  /** `heartbeat.agent_card.url`. */
  readonly agentUrl?: string;
  /** What is wrong with it, one line each. None of it stops the sidecar; `check` fails on it. */
  readonly problems: readonly string[];
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
  const complain = (keys: readonly string[], advice: string, value: unknown) => {
    problems.push(
      `Cannot use '${keys.join(".")}' in '${path}' at ${positionOf(text, keys)}: ` +
        `${advice}: current value is ${shown(value)}; the default is used`,
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
  /** Reads a value of a block; what cannot be used is complained of, and counts as absent. */
  const read = <T>(
    block: Mapping,
    keys: readonly string[],
    { expected, offered = [], parseValue }: ConfigValue<T>,
  ): T | undefined => {
    const key = keys.at(-1) ?? "";
    if (!Object.hasOwn(block, key)) return undefined;
    const value = parseValue(block[key]);
    if (value === undefined) {
      const written = block[key];
      const hint = typeof written === "string" ? didYouMean(written, offered) : "";
      complain(keys, `${hint}expected ${expected}`, written);
    }
    return value;
  };
  const blockOf = (parent: Mapping, keys: readonly string[]): Mapping =>
    read(parent, keys, BLOCK) ?? {};
  const observability = blockOf(root, ["observability"]);
  const heartbeat = blockOf(root, ["heartbeat"]);
  const card = blockOf(heartbeat, ["heartbeat", "agent_card"]);
  const intervalSeconds = read(
    observability,
    ["observability", "heartbeat_interval_seconds"],
    INTERVAL,
  );
  const logLevel = read(observability, ["observability", "log_level"], LOG_LEVEL);
  const registerMode = read(heartbeat, ["heartbeat", "register"], REGISTER);
  const agentName = read(card, ["heartbeat", "agent_card", "name"], CARD_TEXT);
  const agentDescription = read(card, ["heartbeat", "agent_card", "description"], CARD_TEXT);
  const agentSkills = read(card, ["heartbeat", "agent_card", "skills"], SKILLS);
  const agentUrl = read(card, ["heartbeat", "agent_card", "url"], AGENT_URL);
  return {
    state: "read",
    problems,
    ...(intervalSeconds !== undefined && { intervalSeconds }),
    ...(logLevel !== undefined && { logLevel }),
    ...(registerMode !== undefined && { registerMode }),
    ...(agentName !== undefined && { agentName }),
    ...(agentDescription !== undefined && { agentDescription }),
    ...(agentSkills !== undefined && { agentSkills }),
    ...(agentUrl !== undefined && { agentUrl }),
  };
}

type Mapping = Record<string, unknown>;

/** One value of config.yaml: what is allowed, and its reader. */
interface ConfigValue<T> {
  /** What is allowed, as a problem says it. */
  readonly expected: string;
  /** The words that are allowed, where nothing else is. */
  readonly offered?: readonly string[];
  /** Reads the YAML value; undefined when it is not allowed. */
  readonly parseValue: (value: unknown) => T | undefined;
}

const BLOCK: ConfigValue<Mapping> = {
  expected: "a mapping",
  parseValue: (value) => isMapping(value) ? value : undefined,
};
const INTERVAL: ConfigValue<number> = {
  expected: "a number of seconds, which is clamped to 5 to 300",
  parseValue: parseConfigInterval,
};
const LOG_LEVEL: ConfigValue<LogLevel> = {
  expected: SETTING_DEFINITIONS.logLevel.allowed,
  offered: SETTING_DEFINITIONS.logLevel.offered,
  parseValue: (value) => typeof value === "string" ? parseLogLevel(value) : undefined,
};
const REGISTER: ConfigValue<RegisterMode> = {
  expected: SETTING_DEFINITIONS.registerMode.allowed,
  offered: SETTING_DEFINITIONS.registerMode.offered,
  parseValue: (value) => {
    if (value === false) return "off"; // YAML's older versions mean that by a bare off
    return typeof value === "string" ? parseRegisterMode(value) : undefined;
  },
};
const CARD_TEXT: ConfigValue<string> = {
  expected: `a text of at most ${LONGEST_CARD_TEXT} characters`,
  parseValue: (value) => typeof value === "string" ? parseCardText(value) : undefined,
};
const SKILLS: ConfigValue<readonly string[]> = {
  expected: "a list of names",
  parseValue: (value) => {
    if (typeof value === "string") return parseSkills(value);
    const isList = Array.isArray(value) && value.every((name) => typeof name === "string");
    return isList ? parseSkills(value.join(",")) : undefined;
  },
};
const AGENT_URL: ConfigValue<string> = {
  expected: "an http:// or https:// URL without credentials",
  parseValue: (value) => typeof value === "string" ? parseAgentUrl(value) : undefined,
};

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
  return isMapping(value) ? "a mapping" : `'${neutralise(withoutCredentials(String(value)), 60)}'`;
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
