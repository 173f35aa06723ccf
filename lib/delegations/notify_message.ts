import type { NotifyMode } from "../config/mod.ts";
import { neutralise } from "../text.ts";
import type { Result } from "./result.ts";

/** The most notes for the results of one poll; the others are counted in one more. */
const MOST_NOTES = 5;
const LONGEST_SUMMARY = 100;
const LONGEST_PREVIEW = 200;
/** Where the platform cuts the preview that it stores, in bytes (contract 1.9). */
const STORED_BYTES = 80;

/**
 * The notes that tell the user of new results: one each, at most five, and one that counts the
 * rest.
 *
 * @param results The results of one poll.
 * @param mode Which of them the user is told of.
 */
export function notesFor(results: readonly Result[], mode: NotifyMode): string[] {
  const told = mode === "off"
    ? []
    : results.filter(({ status }) => mode === "all" || status !== "completed");
  const notes = told.slice(0, MOST_NOTES).map(noteFor);
  const rest = told.slice(MOST_NOTES);
  if (rest.length > 0) {
    const failed = rest.filter(({ status }) => status === "failed").length;
    const how = failed === 0 ? "" : ` (${failed} of them failed)`;
    notes.push(
      `${rest.length} more ${
        rest.length === 1 ? "delegation has" : "delegations have"
      } ended${how}.`,
    );
  }
  return notes;
}

/**
 * The note for one result. What a peer wrote is neutralised and bounded, and the only line break
 * is ours.
 *
 * @param result The result.
 */
export function noteFor(result: Result): string {
  const heading = `Delegation ${result.status}`;
  // A failed row's summary only says that it was delegated; the error says why it failed.
  const told = result.status === "failed" && result.error !== "" ? result.error : result.summary;
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
