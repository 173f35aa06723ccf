/**
 * Reads a `Retry-After` header: whole or decimal seconds, or an HTTP date (RFC 9110, 10.2.3).
 *
 * @param value The header's value, or null when the answer had none.
 * @param now What time it is for whoever sent the answer: its `Date` header where it has one, so
 * that a wrong clock on this side does not matter.
 * @returns Seconds from now, 0 for a date that has passed, or undefined for anything else.
 *
 * @example
 * ```ts
 * import { parseRetryAfter } from "./retry_after.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const now = new Date("Mon, 23 Nov 2026 12:00:00 GMT");
 * assertEquals(parseRetryAfter("15", now), 15);
 * assertEquals(parseRetryAfter("Mon, 23 Nov 2026 12:00:20 GMT", now), 20);
 * ```
 */
export function parseRetryAfter(value: string | null, now: Date): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  // An HTTP date begins with the name of a day: Date.parse alone takes "-5" for a year.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return undefined;
  // The oldest of its three forms does not name its zone, which is always GMT.
  const date = text.endsWith("GMT") ? text : `${text} GMT`;
  const seconds = (Date.parse(date) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
