/** A figure at a time. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How fast something grows, and how sure that is. */
export interface Trend {
  /** The median of the slopes between all pairs of points (Theil and Sen). */
  readonly slope: number;
  /** The lower end of the slope's 95 % interval. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/** So many standard deviations hold 95 %. */
const Z = 1.96;

/**
 * Fits a line that no outlier bends.
 *
 * @param points The points, each at a time of its own.
 * @returns The slope; all of it 0 for fewer than two points, and no surer than all slopes for few.
 */
export function trendOf(points: readonly Point[]): Trend {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).map((other) => (other.y - one.y) / (other.x - one.x))
  ).toSorted((one, other) => one - other);
  if (slopes.length === 0) return { slope: 0, low: 0, high: 0 };
  const n = points.length;
  // Sen 1968: as many ranks to either side of the median as Kendall's statistic is uncertain.
  const ranks = Z * Math.sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const at = (rank: number) =>
    slopes[Math.min(Math.max(Math.round(rank), 0), slopes.length - 1)] ?? 0;
  return {
    slope: medianOf(slopes),
    low: at((slopes.length - ranks) / 2 - 1),
    high: at((slopes.length + ranks) / 2),
  };
}

/**
 * The value in the middle.
 *
 * @param values The values, in any order.
 * @returns Their median; 0 of none.
 */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
