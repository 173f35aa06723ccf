import type { NotifyMode } from "../config/mod.ts";
import { neutralise } from "../text.ts";
import { isFailure, type Result } from "./result.ts";

/** The most notes for the results of one poll; the others are counted in one more. */
const MOST_NOTES = 5;
const LONGEST_SUMMARY = 100;
const LONGEST_PREVIEW = 200;
/** Where the platform cuts the preview that it stores, in bytes (contract 1.9). */
const STORED_BYTES = 80;

/** One thing to tell the user, or not to. */
export interface Note {
  /** The words; undefined where there is nothing to tell. */
  readonly text: string | undefined;
  /** The results that are told of with it. */
  readonly results: readonly Result[];
}

/**
 * The notes that tell the user of new results: one each, at most five, and one that counts the
 * rest.
 *
 * @param results The results of one poll.
 * @param mode Which of them the user is told of.
 * @returns The notes; each result is in one of them.
 */
export function notesFor(results: readonly Result[], mode: NotifyMode): Note[] {
  const isTold = ({ status }: Result) =>
    mode === "all" || mode === "failures" && status !== "completed";
  const silent = results.filter((result) => !isTold(result));
  const told = results.filter(isTold);
  const rest = told.slice(MOST_NOTES);
  return [
    ...silent.length > 0 ? [{ text: undefined, results: silent }] : [],
    ...told.slice(0, MOST_NOTES).map((result) => ({ text: noteFor(result), results: [result] })),
    ...rest.length > 0 ? [{ text: restNote(rest), results: rest }] : [],
  ];
}

function restNote(rest: readonly Result[]): string {
  const failed = rest.filter(({ status }) => isFailure(status)).length;
  const stuck = rest.filter(({ status }) => status === "stuck").length;
  if (rest.length === 1) {
    return `1 more delegation ${failed ? "has failed" : stuck ? "is stuck" : "has ended"}.`;
  }
  const which = [
    ...failed > 0 ? [`${failed} of them failed`] : [],
    ...stuck > 0 ? [`${stuck} of them ${stuck === 1 ? "is" : "are"} stuck`] : [],
  ];
  const what = stuck > 0 ? "have news" : "have ended";
  const how = which.length === 0 ? "" : ` (${which.join(", ")})`;
  return `${rest.length} more delegations ${what}${how}.`;
}

/**
 * The note for one result. What a peer wrote is neutralised and bounded, and the only line break
 * is ours.
 *
 * @param result The result.
 */
export function noteFor(result: Result): string {
  const heading = `Delegation ${result.status}`;
  // The summary of a row without a reply only says what was delegated; the error says what is wrong.
  const told = result.status !== "completed" && result.error !== "" ? result.error : result.summary;
  const summary = neutralise(told, LONGEST_SUMMARY);
  const preview = neutralise(result.responsePreview, LONGEST_PREVIEW);
  const first = summary.toLowerCase().startsWith(heading.toLowerCase())
    ? summary
    : summary === ""
    ? heading
    : `${heading}: ${summary}`;
  return alignStoredCut(preview === "" ? first : `${first}\nResult: ${preview}`);
}

/**
 * Keeps the byte at which the platform cuts on the border of a character: a torn one makes its
 * database refuse the row, and the note is gone when the user comes back. Spaces in front of the
 * character that would be torn push it behind the cut.
 *
 * @param text The note.
 */
export function alignStoredCut(text: string): string {
  const encoder = new TextEncoder();
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    const length = encoder.encode(character).length;
    if (bytes + length > STORED_BYTES) {
      return text.slice(0, index) + " ".repeat(STORED_BYTES - bytes) + text.slice(index);
    }
    bytes += length;
    index += character.length;
  }
  return text;
}
