/**
 * One parser per kind of value: text in, the value or undefined out. What is allowed stands beside
 * the parser in the table of settings.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "../log/mod.ts";

/** Which results the user is told of. */
export type NotifyMode = "all" | "failures" | "off";

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

/** Reads which results the user is told of. */
export function parseNotifyMode(text: string): NotifyMode | undefined {
  return text === "all" || text === "failures" || text === "off" ? text : undefined;
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
