/**
 * The kinds of fields that the platform's rows are made of.
 *
 * @module
 */

import * as v from "valibot";
import { cut } from "../text.ts";

/** More of one text is nothing to hand to an agent; the platform itself cuts most far sooner. */
export const LONGEST_TEXT = 262_144;

/** A field that a person reads: whatever came is turned into text, and absence into "". */
export const Text = v.pipe(
  v.nullish(v.unknown(), ""),
  v.transform((value) => typeof value === "string" ? value.toWellFormed() : JSON.stringify(value)),
  v.transform((text) => cut(text, LONGEST_TEXT)),
);
/** A field that decides something: a string, or "" when absent. */
export const Word = v.nullish(v.pipe(v.string(), v.maxLength(256)), "");
/**
 * A moment in epoch milliseconds, with the microseconds behind the point: rows that came within one
 * millisecond keep their order. What is none counts as absent; so does what lies before 1970: the
 * platform's language writes a time that was never set as one of the year 1.
 */
export const Moment = v.fallback(
  v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.transform(epochMilliseconds),
      v.number(),
      v.minValue(0),
    ),
  ),
  undefined,
);

/** Unlike Date, Temporal does not take the 30th of February for a day in March. */
function epochMilliseconds(text: string): number {
  try {
    return Number(Temporal.Instant.from(text).epochNanoseconds / 1000n) / 1000;
  } catch {
    return NaN;
  }
}
