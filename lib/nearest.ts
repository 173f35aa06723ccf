import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Fewer letters begin too many words. */
const SHORTEST_BEGINNING = 3;

/**
 * Guesses which word was meant: one that begins so, or one of which a third of the letters are
 * wrong at the most, or one, or only their order. Capitals make no difference.
 *
 * @param text What was written.
 * @param words What could have been.
 * @returns The word, or undefined when none is near.
 */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const small = text.toLowerCase();
  const begun = small.length < SHORTEST_BEGINNING
    ? []
    : words.filter((word) => word.toLowerCase().startsWith(small));
  if (begun.length === 1) return begun[0];
  const [first] = words
    .filter((word) => text !== "" && Math.abs(word.length - text.length) <= mostWrong(word))
    .map((word) => ({ word, wrong: wrongLetters(small, word.toLowerCase()) }))
    .filter(({ word, wrong }) => wrong <= mostWrong(word))
    .sort((a, b) => a.wrong - b.wrong);
  return first?.word;
}

function mostWrong(word: string): number {
  return Math.max(1, Math.floor(word.length / 3));
}

/** Two that are swapped count as one. */
function wrongLetters(text: string, word: string): number {
  const wrong = levenshteinDistance(text, word);
  return wrong === 2 && sorted(text) === sorted(word) ? 1 : wrong;
}

function sorted(text: string): string {
  return [...text].sort().join("");
}

/**
 * The question that a message asks about a word which is not allowed; "" when none is near.
 *
 * @param text What was written.
 * @param words What could have been.
 */
export function didYouMean(text: string, words: readonly string[]): string {
  const meant = nearest(text, words);
  return meant === undefined ? "" : `did you mean ${meant}? `;
}
