/** The journal is not written anew before it has this size (lib/delegations/journal.ts). */
const LEAST_COMPACTED_KIB = 256;
/** Nor before it has grown to so many times what it was when it was written anew. */
const COMPACTED_AT_GROWTH = 4;

/** What became of the journal, in KiB. */
export interface JournalSizes {
  /** How often it was written anew, as far as samples tell. */
  readonly compactions: number;
  /** Its size after each of them. */
  readonly compacted: readonly number[];
  readonly most: number;
  /** What it may have before it is written anew. */
  readonly bound: number;
}

/**
 * Follows the journal's size: it grows with every result until it is written anew, so that only its
 * bound can be judged.
 *
 * @param sizes The sizes, in their order.
 */
export function journalSizes(sizes: readonly number[]): JournalSizes {
  const compacted = sizes.filter((size, index) => size > 0 && size < (sizes[index - 1] ?? 0));
  return {
    compactions: compacted.length,
    compacted,
    most: Math.max(0, ...sizes),
    bound: Math.max(LEAST_COMPACTED_KIB, Math.max(0, ...compacted) * COMPACTED_AT_GROWTH),
  };
}
