/** Results that are listed at once. */
export interface ModelBatch {
  readonly count: number;
  /** How many characters each text has. */
  readonly length: number;
  /** Whether they take more room in the results file than in the journal. */
  readonly isWide: boolean;
}

/** How large a file may become: so many bytes more than one of them is. */
export interface ModelLimit {
  readonly file: "journal" | "results";
  readonly more: number;
}

/** Where an append is cut off: so far into what it adds, more or less. */
export interface ModelCut {
  readonly file: "journal" | "results";
  readonly by: "disk" | "limit";
  readonly percent: number;
}

/** What an intent takes besides its text. */
const FRAME_BYTES = 360;
/** A wide character is UTF-8 in the journal, and escaped in the results file. */
const WIDE_BYTES = { journal: 3, results: 6 };

/** How many bytes a batch takes in a file, more or less. */
export function bytesOf(
  { count, isWide, length }: ModelBatch,
  file: "journal" | "results",
): number {
  return count * (FRAME_BYTES + length * (isWide ? WIDE_BYTES[file] : 1));
}
