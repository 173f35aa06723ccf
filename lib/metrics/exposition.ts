/**
 * The text format that Prometheus reads (version 0.0.4), as node_exporter's textfile collector
 * takes it. Its rules: https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * @module
 */

import type { HistogramValue, Labels, Measured } from "./measured.ts";

/**
 * Writes what was measured as text. A family that nothing was measured of is left out.
 *
 * @param measured The families, each once.
 *
 * @example
 * ```ts
 * import { exposition } from "./exposition.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const family = { name: "ducks", type: "gauge", help: "Ducks on the pond." } as const;
 * assertEquals(
 *   exposition([{ family, series: [{ labels: { pond: "north" }, value: 3 }] }]),
 *   '# HELP ducks Ducks on the pond.\n# TYPE ducks gauge\nducks{pond="north"} 3\n',
 * );
 * ```
 */
export function exposition(measured: readonly Measured[]): string {
  return measured.filter(({ series }) => series.length > 0).flatMap(linesOf)
    .map((line) => `${line}\n`).join("");
}

function linesOf({ family, series }: Measured): string[] {
  const { help, name, type } = family;
  return [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${type}`,
    ...series.flatMap(({ labels, value }) =>
      typeof value === "number"
        ? [sample(name, labels, value)]
        : histogramLines(name, labels, value)
    ),
  ];
}

/** A histogram's buckets are cumulative, and the last holds everything. */
function histogramLines(
  name: string,
  labels: Labels,
  { bounds, counts, sum }: HistogramValue,
): string[] {
  let total = 0;
  const buckets = counts.map((count, place) => {
    total += count;
    const le = numberText(bounds[place] ?? Infinity);
    return sample(`${name}_bucket`, { ...labels, le }, total);
  });
  return [...buckets, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, total)];
}

function sample(name: string, labels: Labels, value: number): string {
  const shown = Object.entries(labels).map(([label, text]) =>
    `${label}="${escaped(text).replaceAll('"', '\\"')}"`
  );
  return `${name}${shown.length === 0 ? "" : `{${shown.join(",")}}`} ${numberText(value)}`;
}

/** What would end a line, or begin an escape. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
