/**
 * How a status is shown: to a person, and to machines.
 *
 * @module
 */

import { statusTable, type Verdict } from "../status/mod.ts";
import { asciiJson, neutralise } from "../text.ts";
import type { NamedStatus } from "./found_statuses.ts";

/** A status, and what it means. */
export interface JudgedStatus extends NamedStatus {
  readonly verdict: Verdict;
  /** When it was looked at, in epoch milliseconds. */
  readonly now: number;
}

/** Options of {@linkcode statusText}. */
export interface StatusTextOptions {
  /** Whether the terminal shows colours. */
  readonly hasColours: boolean;
}

const BOLD = "1";
const GREEN = "32";
const RED = "31";

/**
 * Says how the sidecar is: plain words first, then a table. Of several workspaces each has a line.
 *
 * @param statuses What was found; one at the least.
 * @param options How it is shown.
 */
export function statusText(
  statuses: readonly JudgedStatus[],
  { hasColours }: StatusTextOptions,
): string {
  const [first, ...others] = statuses;
  if (first === undefined) return "";
  const painted = (text: string, ...colours: string[]) =>
    hasColours ? `\x1b[${colours.join(";")}m${text}\x1b[0m` : text;
  const headline = ({ verdict: { isHealthy, reason, word } }: JudgedStatus) =>
    `${painted(word, BOLD, isHealthy ? GREEN : RED)}: ${onOneLine(reason)}\n`;
  if (others.length > 0) {
    const width = Math.max(...statuses.map(({ name }) => name.length));
    return statuses.map((one) => `${one.name.padEnd(width)}  ${headline(one)}`).join("");
  }
  const { found, now } = first;
  if (found.kind !== "status") return headline(first);
  const rows = statusTable(found.status, now);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) =>
    `  ${painted(name.padEnd(width), BOLD)}  ${onOneLine(value)}\n`
  );
  return `${headline(first)}\n${lines.join("")}`;
}

/**
 * The same for machines: the status as the file holds it, or null, and what it means.
 *
 * @param statuses What was found; one at the least.
 */
export function statusJson(statuses: readonly JudgedStatus[]): string {
  const documents = statuses.map(({ file, found, verdict }) => ({
    healthy: verdict.isHealthy,
    verdict: verdict.word,
    reason: verdict.reason,
    file,
    status: found.kind === "status" ? found.status : null,
  }));
  const [single, ...others] = documents;
  const document = single !== undefined && others.length === 0 ? single : documents;
  return `${asciiJson(document, { indent: 2 })}\n`; // what a file holds may steer a terminal
}

/** The file may hold what anybody has written there. */
function onOneLine(text: string): string {
  return neutralise(text, Infinity);
}
