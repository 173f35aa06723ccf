import { BUDGETS, type Verdict, verdictOf } from "./budgets.ts";
import { type FigureName, FIGURES, type Figures } from "./figures.ts";
import type { Machine } from "./machine.ts";

/** All that one run has found out. */
export interface Findings {
  readonly at: Date;
  /** How long it took. */
  readonly seconds: number;
  readonly machine: Machine;
  /** Who is left out, and why. */
  readonly missing: readonly string[];
  readonly figures: Figures;
}

/** The version of the JSON. */
const VERSION = 1;

/**
 * What became of every budget.
 *
 * @param findings What was found out.
 */
export function verdictsOn({ figures }: Pick<Findings, "figures">): Verdict[] {
  return BUDGETS.map((budget) => verdictOf(budget, figures));
}

/**
 * Writes everything as JSON, with the figures under their names and with their units.
 *
 * @param findings What was found out.
 */
export function findingsJson(findings: Findings): string {
  const names = Object.keys(FIGURES).filter((name): name is FigureName => name in findings.figures);
  const figures = Object.fromEntries(
    names.map((name) => [name, { unit: FIGURES[name].unit, values: findings.figures[name] }]),
  );
  const budgets = verdictsOn(findings).map(({ budget, ...verdict }) => ({ ...budget, ...verdict }));
  return `${JSON.stringify({ version: VERSION, ...findings, figures, budgets }, null, 2)}\n`;
}
