import * as v from "valibot";

const decoder = new TextDecoder();

/** The whole-number fields of the platform's requests. */
const INTEGER_FIELDS = new Set([
  "active_tasks",
  "uptime_seconds",
  "monthly_spend",
  "idle_timeout_seconds",
  "observed_generation",
]);

/** What isn't an array: to valibot, an array is an object without the wanted members. */
export const notArray: v.GenericSchema<unknown> = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value)),
);

/**
 * Parses a JSON body.
 *
 * @param body The bytes or the text.
 * @returns The value, or undefined when it isn't JSON. A whole-number field that is written any
 * other way than as digits (`1.0`, `1e2`), which Go refuses, becomes NaN.
 */
export function parseJson(body: Uint8Array | string): unknown {
  const text = typeof body === "string" ? body : decoder.decode(body);
  try {
    return JSON.parse(text, reviveInteger);
  } catch {
    return undefined;
  }
}

/** JSON.parse passes the source text of a number as the third argument. */
function reviveInteger(key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || !INTEGER_FIELDS.has(key)) return value;
  return /^-?\d+$/.test(context?.source ?? String(value)) ? value : NaN;
}
