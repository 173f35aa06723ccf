/**
 * One parser per kind of value: text in, the value or undefined out. What is allowed stands beside
 * the parser in the table of settings.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "../log/mod.ts";

/** Which results the user is told of. */
export type NotifyMode = "all" | "failures" | "off";

/** How the workspace gets its messages, which is what it registers as; or that it does not. */
export type RegisterMode = "push" | "poll" | "off";

/** The least and the most seconds between beats (contract 4.5; below 5 s they flood it). */
export const INTERVAL_RANGE = { least: 5, most: 300 } as const;

/**
 * Reads the platform's address: http or https, perhaps with a path in front of the API.
 *
 * @returns The address without a trailing slash.
 */
export function parsePlatformUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/+$/, ""); // a bare "?" would be left in its href
}

/** Reads a workspace's id. */
export function parseWorkspaceId(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text) ? text : undefined;
}

/** Reads the seconds between beats, as a flag gives them. */
export function parseInterval(text: string): number | undefined {
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const seconds = Number(text);
  const { least, most } = INTERVAL_RANGE;
  return seconds >= least && seconds <= most ? seconds : undefined;
}

/** Reads a path: not empty, and nothing that ends a C string. */
export function parsePath(text: string): string | undefined {
  return text === "" || text.includes("\0") ? undefined : text;
}

/** Reads a folder's path: like a path, without a trailing slash. */
export function parseFolder(text: string): string | undefined {
  return parsePath(text)?.replace(/(?<=.)\/+$/, "");
}

const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  debug: "debug",
  info: "info",
  warn: "warning",
  warning: "warning",
  error: "error",
  // Python's other names for it: images set LOG_LEVEL for the agent, and we read the same one.
  critical: "error",
  fatal: "error",
};

/** Reads a log level, in any case, by its Python or its short name. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const name = text.trim().toLowerCase();
  return Object.hasOwn(LOG_LEVELS, name) ? LOG_LEVELS[name] : undefined;
}

/** Reads how log lines look. */
export function parseLogFormat(text: string): LogFormat | undefined {
  return text === "text" || text === "json" ? text : undefined;
}

/**
 * Reads the mode of the results file: octal, as `chmod` takes it. Its owner, who writes it, must be
 * able to; nobody needs to execute it.
 */
export function parseFileMode(text: string): number | undefined {
  if (!/^(0o?)?[0-7]{3}$/.test(text)) return undefined;
  const mode = parseInt(text.slice(-3), 8);
  return (mode & 0o711) === 0o600 ? mode : undefined;
}

/** Writes a file's mode as {@linkcode parseFileMode} reads it. */
export function fileModeText(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** The least and the most bytes that the results file may be bounded by. */
export const RESULTS_BYTES_RANGE = { least: 1, most: 2 ** 40 } as const;

/** Reads a number of bytes. */
export function parseResultsBytes(text: string): number | undefined {
  if (!/^\d{1,13}$/.test(text)) return undefined;
  const bytes = Number(text);
  const { least, most } = RESULTS_BYTES_RANGE;
  return bytes >= least && bytes <= most ? bytes : undefined;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads a length of time, such as `24h`; without a unit it is in seconds, as the interval is.
 *
 * @returns Seconds.
 */
export function parseAge(text: string): number | undefined {
  const [, number, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit];
  return number === undefined || seconds === undefined ? undefined : Number(number) * seconds;
}

/** Writes a length of time as {@linkcode parseAge} reads it. */
export function ageText(seconds: number): string {
  const [unit = "s", length = 1] =
    Object.entries(UNIT_SECONDS).findLast(([, length]) => seconds % length === 0 && seconds > 0) ??
      [];
  return `${seconds / length}${unit}`;
}

/** What {@linkcode parseMaxAge} makes of `off`. */
export const NO_MAX_AGE = 0;

/**
 * Reads a largest age: a length of time of at least 1 s, or `off`.
 *
 * @returns Seconds, or {@linkcode NO_MAX_AGE}.
 */
export function parseMaxAge(text: string): number | undefined {
  return text === "off" ? NO_MAX_AGE : parseAge(text) || undefined;
}

/** Writes a largest age as {@linkcode parseMaxAge} reads it. */
export function maxAgeText(seconds: number): string {
  return seconds === NO_MAX_AGE ? "off" : ageText(seconds);
}

/** Reads which results the user is told of. */
export function parseNotifyMode(text: string): NotifyMode | undefined {
  return text === "all" || text === "failures" || text === "off" ? text : undefined;
}

/** Reads whether and how the workspace registers itself. */
export function parseRegisterMode(text: string): RegisterMode | undefined {
  return text === "push" || text === "poll" || text === "off" ? text : undefined;
}

/** The least and the most wakes in an hour: after each one there is a minute without. */
export const WAKES_RANGE = { least: 1, most: 60 } as const;

/** Reads how many wakes an hour may have. */
export function parseWakesPerHour(text: string): number | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const wakes = Number(text);
  return wakes >= WAKES_RANGE.least && wakes <= WAKES_RANGE.most ? wakes : undefined;
}

/** The longest text about the agent that is believed to be one. */
export const LONGEST_CARD_TEXT = 1000;

/** Whether a text about the agent says nothing (contract 7 #107). */
export function isBlankText(text: string): boolean {
  return text.trim() === "";
}

/** Whether a list with commas has nothing in it. */
export function isBlankList(text: string): boolean {
  return /^[\s,]*$/.test(text);
}

/** Reads a text about the agent: white space around it is dropped. */
export function parseCardText(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed !== "" && trimmed.length <= LONGEST_CARD_TEXT ? trimmed : undefined;
}

/** Reads the agent's skills, separated by commas; empty ones are dropped. */
export function parseSkills(text: string): readonly string[] | undefined {
  if (text.length > LONGEST_CARD_TEXT) return undefined;
  const skills = text.split(",").map((skill) => skill.trim()).filter((skill) => skill !== "");
  return skills.length > 0 ? skills : undefined;
}

/** Reads the address at which the agent takes messages. */
export function parseAgentUrl(text: string): string | undefined {
  // The platform reads it with less patience than a browser would.
  if (!/^https?:\/\/\S+$/i.test(text)) return undefined;
  // No literal: V8 would look the property up at each start of the program.
  if (new RegExp("\\p{Cc}", "u").test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null) return undefined;
  return url.username === "" && url.password === "" ? text : undefined;
}

/** Reads a switch. */
export function parseSwitch(text: string): boolean | undefined {
  return text === "on" ? true : text === "off" ? false : undefined;
}

/** Reads a tenant's id: what can stand in a header, at most 128 characters (contract 4.1). */
export function parseOrgId(text: string): string | undefined {
  return /^[\x20-\x7e]{1,128}$/.test(text) && text.trim() === text ? text : undefined;
}

/**
 * Reads config.yaml's interval as upstream's Python does with `int()`: text of digits, numbers cut
 * to whole ones, true as 1; then clamps it (contract 4.5).
 *
 * @param value The YAML value.
 * @returns Seconds within the range, or undefined for what `int()` refuses.
 */
export function parseConfigInterval(value: unknown): number | undefined {
  const seconds = pythonInt(value);
  if (seconds === undefined) return undefined;
  return Math.min(Math.max(seconds, INTERVAL_RANGE.least), INTERVAL_RANGE.most);
}

function pythonInt(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && /^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) {
    return Number(value.replaceAll("_", ""));
  }
  return undefined;
}
