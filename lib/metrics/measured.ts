/**
 * What is measured, whoever it is shown to.
 *
 * @module
 */

/** What a family is. */
export interface Family {
  /** Its name, as Prometheus has it: a counter's ends in `_total`, a unit stands behind it. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** What it tells, in one sentence. */
  readonly help: string;
}

/** What tells the series of one family apart. */
export type Labels = Readonly<Record<string, string>>;

/** How often what came. */
export interface HistogramValue {
  /** The upper bounds of all buckets but the last, which has none, in rising order. */
  readonly bounds: readonly number[];
  /** How many fell into each bucket, and into no lower one. */
  readonly counts: readonly number[];
  /** All of them added up. */
  readonly sum: number;
}

/** A value of a family. */
export interface Series {
  readonly labels: Labels;
  readonly value: number | HistogramValue;
}

/** A family with its values. */
export interface Measured {
  readonly family: Family;
  /** Its values: no two have the same labels. */
  readonly series: readonly Series[];
}
