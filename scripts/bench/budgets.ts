/**
 * What the sidecar may cost, beside the same loop in other languages.
 *
 * @module
 */

import { type ContenderName, TITLES } from "./contender.ts";
import { type FigureName, FIGURES, type Figures } from "./figures.ts";

/** One thing that may not be exceeded. */
export interface Budget {
  readonly figure: FigureName;
  /** Whose figure it is. */
  readonly of: ContenderName;
  /** Whose figure it is divided by; without one it is taken as it is. */
  readonly by?: ContenderName;
  /** The most that it is to be. */
  readonly most: number;
}

/** The budgets (issue 7). */
export const BUDGETS: readonly Budget[] = [
  { figure: "anonymous_at_2000", of: "binary", by: "python", most: 0.80 },
  { figure: "anonymous_at_2000", of: "binary", by: "node", most: 0.30 },
  { figure: "resident_at_2000", of: "binary", by: "python", most: 1.65 },
  { figure: "resident_at_2000", of: "deno_with_flags", by: "python", most: 1.20 },
  { figure: "resident_at_2000", of: "binary", by: "node", most: 0.55 },
  { figure: "resident_at_2000", of: "deno_with_flags", by: "node", most: 0.55 },
  { figure: "anonymous_growth", of: "binary", most: 3 },
  { figure: "resident_growth", of: "binary", most: 3 },
  { figure: "cpu_per_beat", of: "binary", by: "python", most: 0.6 },
  { figure: "start_to_first_beat", of: "binary", by: "python", most: 0.35 },
  { figure: "size_payload", of: "binary", most: 1.5 },
  { figure: "later_connections_slow", of: "binary", most: 0 },
  // The smallest object is larger: not even one survives a poll.
  { figure: "poll_known_heap", of: "deno_with_flags", most: 16 },
];

/** What became of a budget. */
export interface Verdict {
  readonly budget: Budget;
  /** What it is; undefined when it was not measured. */
  readonly value: number | undefined;
  /** Whether it is no more than it may be. */
  readonly holds: boolean;
}

/**
 * Holds a budget against what was measured.
 *
 * @param budget The budget.
 * @param figures What was measured; what is missing does not hold.
 */
export function verdictOf(budget: Budget, figures: Figures): Verdict {
  const { by, figure, most, of } = budget;
  const value = figures[figure]?.[of];
  const base = by === undefined ? 1 : figures[figure]?.[by];
  const quotient = value === undefined || base === undefined ? undefined : value / base;
  return { budget, value: quotient, holds: quotient !== undefined && quotient <= most };
}

/**
 * Says in a line what became of a budget.
 *
 * @param verdict What became of it.
 */
export function verdictLine({ budget, value, holds }: Verdict): string {
  const { by, figure, most, of } = budget;
  const { unit } = FIGURES[figure];
  const whose = `${figure} of ${TITLES[of]}` +
    (by === undefined ? "" : `, of that of ${TITLES[by]}`);
  if (value === undefined) return `FAIL  ${whose}: not measured`;
  const counted = by === undefined && unit !== "" ? ` ${unit}` : "";
  // A value that is rounded down to its budget would look as if it held.
  const shown = holds ? Number(value.toFixed(by === undefined ? 3 : 2)) : value;
  const limit = `${holds ? "≤" : ">"} ${most}${counted}`;
  return `${holds ? "ok  " : "FAIL"}  ${whose}: ${shown}${counted} ${limit}`;
}
