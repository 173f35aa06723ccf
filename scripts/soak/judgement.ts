import { type Figure, FIGURE_NAMES, type FigureName, FIGURES, type Sample } from "./figures.ts";
import { medianOf, type Trend, trendOf } from "./trend.ts";

/** The measured time is cut into so many parts, if none is too short for the figure. */
export const PARTS = 24;
/** With fewer parts nothing can be told. */
const FEWEST_PARTS = 6;

/** What can be said of a figure. */
export type FigureVerdict = "steady" | "grows" | "too short to tell" | "not judged";

/** What became of one figure. */
export interface JudgedFigure {
  readonly name: FigureName;
  /** The median of the first part. */
  readonly start: number;
  /** The median of the last part. */
  readonly end: number;
  readonly least: number;
  readonly most: number;
  /** How much it grows in an hour. */
  readonly perHour: Trend;
  /** It grows when even the low end of the trend adds up to more than is allowed. */
  readonly verdict: FigureVerdict;
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
  return FIGURE_NAMES.map((name) => {
    const figure: Figure = FIGURES[name];
    const seconds = last.at - first.at;
    const most = figure.cycle === 0 ? PARTS : Math.floor(seconds / figure.cycle);
    const isShort = most < FEWEST_PARTS;
    const parts = cut(samples, { seconds, count: isShort ? PARTS : Math.min(most, PARTS) });
    const of = (samples: readonly Sample[]) => samples.map(({ values }) => values[name]);
    const perHour = trendOf(parts.map((part) => ({
      x: medianOf(part.map(({ at }) => at)) / 3600,
      y: Math.min(...of(part)),
    })));
    return {
      name,
      start: medianOf(of(parts[0] ?? [])),
      end: medianOf(of(parts.at(-1) ?? [])),
      least: Math.min(...of(samples)),
      most: Math.max(...of(samples)),
      perHour,
      verdict: figure.allowed === undefined
        ? "not judged"
        : isShort
        ? "too short to tell"
        : perHour.low * seconds / 3600 > figure.allowed
        ? "grows"
        : "steady",
    };
  });
}

/** Gives those parts that have samples. */
function cut(
  samples: readonly Sample[],
  { seconds, count }: { readonly seconds: number; readonly count: number },
): Sample[][] {
  const from = samples[0]?.at ?? 0;
  const partOf = ({ at }: Sample) => Math.min(Math.floor((at - from) / seconds * count), count - 1);
  return [...Map.groupBy(samples, partOf).values()];
}
