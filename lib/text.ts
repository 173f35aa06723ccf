/**
 * Text that came from somewhere else, made safe to show on one line.
 *
 * @module
 */

const encoder = new TextEncoder();

const PLAIN = /^[ -~]*$/;
/** What is unsafe and separates words: it becomes a space instead of nothing. */
const SEPARATING = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;

/**
 * Control, format (bidi, zero-width), invisible, line-separating and broken characters. It is no
 * literal, since V8 looks up what a literal names while it parses: 2 ms of each start of the program.
 */
function unsafe(): RegExp {
  return new RegExp("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]", "gu");
}

/**
 * Whether text is all printable ASCII, as nearly all of it is: nothing has to be made of it then. To
 * look up properties of characters takes a quarter of a megabyte of V8's tables, that nothing else of a
 * sidecar asks for.
 *
 * @param text The text.
 *
 * @example
 * ```ts
 * import { isPlain } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["a duck", "a\tduck", "a naïve duck"].map(isPlain), [true, false, false]);
 * ```
 */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/**
 * Cuts text to a number of characters (code points, so that none is torn).
 *
 * @param text The text.
 * @param characters The most characters to keep.
 *
 * @example
 * ```ts
 * import { cut } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cut("naïve 🦆🦆", 7), "naïve 🦆");
 * ```
 */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  let kept = "";
  let count = 0;
  for (const character of text) {
    if (++count > characters) break;
    kept += character;
  }
  return kept;
}

/**
 * Cuts text to a number of characters, without the word that the cut would tear: a part of a secret
 * is not recognised as one. Of a word of more than 200 characters the begin may stay.
 *
 * @param text The text.
 * @param characters The most characters to keep.
 *
 * @example
 * ```ts
 * import { cutWords } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cutWords("a duck swims", 9), "a duck ");
 * ```
 */
export function cutWords(text: string, characters: number): string {
  const start = cut(text, characters);
  return start.length < text.length ? start.replace(/\S{1,200}$/, "") : start;
}

/**
 * Makes foreign text harmless on one line: no line breaks, no control characters, nothing that
 * hides or reorders text; runs of white space become one space.
 *
 * @param text The foreign text.
 * @param characters The most characters to keep.
 *
 * @example
 * ```ts
 * import { neutralise } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(neutralise("a\n\u202ereply\u0007", 100), "a reply");
 * ```
 */
export function neutralise(text: string, characters: number): string {
  // Cutting first bounds the work; what is removed later only makes it shorter.
  const bounded = cut(text, characters * 8);
  const visible = isPlain(bounded)
    ? bounded
    : bounded.replace(SEPARATING, " ").replace(unsafe(), "");
  const safe = visible.replace(/\s+/gu, " ").trim();
  return cut(safe, characters).trimEnd();
}

/** Room for a long path and the advice behind it. */
const LONGEST_REASON = 600;

/**
 * The message of anything that was thrown, on one line.
 *
 * @param error What was caught.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return neutralise(String(error), LONGEST_REASON);
  // Since Deno 2.9 `fetch` itself only says that it failed; the cause says why.
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return neutralise(error.message + cause, LONGEST_REASON);
}

/**
 * A number and what it counts, in the singular or with an s.
 *
 * @param number How many.
 * @param noun One of them.
 *
 * @example
 * ```ts
 * import { counted } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([counted(1, "result"), counted(2, "result")], ["1 result", "2 results"]);
 * ```
 */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * Writes a value as JSON in plain ASCII, in which no reader can find a line break that is none.
 *
 * @param value The value.
 * @param options `indent`: by how many spaces; on one line by default.
 *
 * @example
 * ```ts
 * import { asciiJson } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(asciiJson({ a: "\u00e9\u2028" }), '{"a":"\\u00e9\\u2028"}');
 * ```
 */
export function asciiJson(
  value: object,
  { indent }: { readonly indent?: number } = {},
): string {
  const json = JSON.stringify(value, null, indent);
  return isAscii(json) ? json : json.replace(/[\u007f-\uffff]/g, escaped);
}

/** V8 is slow to match what it has not compiled; this costs a third of that. */
function isAscii(text: string): boolean {
  return encoder.encode(text).length === text.length && !text.includes("\u007f");
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
