/** A time in which something was wrong, in epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The longest times between two accepted beats, in seconds; 0 where there are none. */
export interface BeatGaps {
  /** Of all. */
  readonly largest: number;
  /** Of those in which nothing was wrong. */
  readonly largestCalm: number;
}

/**
 * Finds the largest gaps between beats.
 *
 * @param beats When beats were accepted, in epoch milliseconds and in their order.
 * @param spans When something was wrong that beats notice.
 */
export function beatGaps(beats: readonly number[], spans: readonly Span[]): BeatGaps {
  const gaps = beats.slice(1).map((to, index) => ({ from: beats[index] ?? to, to }));
  const isCalm = (gap: Span) => !spans.some(({ from, to }) => from <= gap.to && to >= gap.from);
  return { largest: longest(gaps), largestCalm: longest(gaps.filter(isCalm)) };
}

function longest(gaps: readonly Span[]): number {
  return Math.max(0, ...gaps.map(({ from, to }) => (to - from) / 1000));
}
