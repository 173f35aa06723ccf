import { FIGURE_NAMES, type FigureName, FIGURES, type Sample } from "./figures.ts";
import { medianOf, trendOf } from "./trend.ts";

/** The measured time is cut into so many parts. */
export const PARTS = 24;

/** What became of one figure. */
export interface JudgedFigure {
  readonly name: FigureName;
  /** The median of the first part. */
  readonly start: number;
  /** The median of the last part. */
  readonly end: number;
  readonly least: number;
  readonly most: number;
  /** How much it grows in an hour, and the ends of what that may be in fact (95 %). */
  readonly perHour: { readonly slope: number; readonly low: number; readonly high: number };
  /** Whether it grows: even the low end adds up to more than is allowed. */
  readonly grows: boolean;
}

/**
 * Tells which figures grow. What is never given back is in the lowest sample of each part of the time,
 * so only those count; a line through them that no outlier bends is the trend.
 *
 * @param samples The samples after the warm-up, in their order.
 */
export function judge(samples: readonly Sample[]): JudgedFigure[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return [];
  const seconds = last.at - first.at;
  const parts = partsOf(samples, first.at, seconds);
  return FIGURE_NAMES.map((name) => {
    const of = (samples: readonly Sample[]) => samples.map(({ values }) => values[name]);
    const points = parts.map((part) => ({
      x: medianOf(part.map(({ at }) => at)) / 3600,
      y: Math.min(...of(part)),
    }));
    const perHour = trendOf(points);
    const { allowed }: { readonly allowed: number | undefined } = FIGURES[name];
    return {
      name,
      start: medianOf(of(parts[0] ?? [])),
      end: medianOf(of(parts.at(-1) ?? [])),
      least: Math.min(...of(samples)),
      most: Math.max(...of(samples)),
      perHour,
      grows: allowed !== undefined && perHour.low * seconds / 3600 > allowed,
    };
  });
}

/** The parts that have samples. */
function partsOf(samples: readonly Sample[], from: number, seconds: number): Sample[][] {
  const parts = Map.groupBy(
    samples,
    ({ at }) => Math.min(Math.floor((at - from) / seconds * PARTS), PARTS - 1),
  );
  return [...parts.values()];
}
