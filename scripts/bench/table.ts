/**
 * The figures as a Markdown table: ratios first, absolute numbers second.
 *
 * @module
 */

import { type ContenderName, CONTENDERS, TITLES } from "./contender.ts";
import { type FigureName, FIGURES, type Figures, type Unit } from "./figures.ts";
import type { Findings } from "./findings.ts";

const BASE = CONTENDERS[0];
/** What nobody can have more or less of by a factor. */
const WITHOUT_RATIO: readonly Unit[] = ["", "bytes"];

/**
 * Writes the table.
 *
 * @param figures What was measured.
 */
export function figureTable(figures: Figures): string {
  const names = Object.keys(FIGURES).filter((name): name is FigureName => name in figures);
  const rows = [
    ["", ...CONTENDERS.map((name) => TITLES[name])],
    ["---", ...CONTENDERS.map(() => "---:")],
    ...names.map((name) => [
      FIGURES[name].title,
      ...CONTENDERS.map((contender) => cell(figures, name, contender)),
    ]),
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/**
 * Says on what the figures were measured, and with what.
 *
 * @param findings When, for how long, and where.
 */
export function machineLines(
  { at, machine, seconds }: Pick<Findings, "at" | "machine" | "seconds">,
): string {
  const { cpu, cores, kernel, memoryBytes, versions } = machine;
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${at.toISOString().slice(0, 10)} in ${
    seconds.toFixed(0)
  } s: ${cpu}, ${cores} cores, ` +
    `${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${kernel}; ${names.join(", ")}.\n`;
}

function cell(figures: Figures, name: FigureName, contender: ContenderName): string {
  const value = figures[name]?.[contender];
  if (value === undefined) return "–";
  const { unit } = FIGURES[name];
  const absolute = shown(value, unit);
  const base = figures[name]?.[BASE];
  if (WITHOUT_RATIO.includes(unit) || base === undefined || base <= 0) return absolute;
  return `**${(value / base).toFixed(2)}** (${absolute})`;
}

/** A value with three significant digits, or all that stand before the point. */
function shown(value: number, unit: Unit): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const text = value.toFixed(Math.min(digits, 2)).replace("-", "−");
  return unit === "" ? text : `${text} ${unit}`;
}
