const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Writes a time as the platform does, which keeps microseconds.
 *
 * @param ms Milliseconds since the epoch, perhaps with microseconds behind the point.
 * @returns RFC 3339, in UTC.
 */
export function timestamp(ms: number): string {
  const micros = Math.round(ms * 1000);
  const fraction = micros % 1000;
  const text = new Date((micros - fraction) / 1000).toISOString();
  return fraction === 0 ? text : text.replace("Z", `${String(fraction).padStart(3, "0")}Z`);
}

/**
 * Reads a time, down to the microsecond, which `Date.parse` does not.
 *
 * @param text RFC 3339.
 * @returns Milliseconds since the epoch, or NaN when it is none.
 */
export function parseTimestamp(text: string): number {
  const match = RFC_3339.exec(text);
  if (match === null) return NaN;
  const [, fraction = ""] = match;
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  return (Date.parse(text.replace(/\.\d+/, "")) * 1000 + micros) / 1000;
}

/**
 * The next instant that the platform can tell from another.
 *
 * @param ms Milliseconds since the epoch, perhaps with microseconds behind the point.
 * @returns The same, a microsecond later. Adding 0.001 over and over would drift off.
 */
export function microsecondAfter(ms: number): number {
  return (Math.round(ms * 1000) + 1) / 1000;
}
