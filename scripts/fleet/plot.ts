import type { Simulated } from "./simulation.ts";

const WIDTH = 760;
const PANEL = { height: 120, gap: 58, left: 72, right: 16, top: 40 } as const;
/** The highest rate that is drawn, in steady rates; higher ones are cut off, and said. */
const HIGHEST = 2.5;

const STYLE = `
    svg { --ink: #24292f; --grid: #d0d7de; --line: #0969da; --event: #ffebe9; --limit: #cf222e; }
    @media (prefers-color-scheme: dark) {
      svg { --ink: #e6edf3; --grid: #3d444d; --line: #58a6ff; --event: #4b1d1f; --limit: #ff7b72; }
    }
    text { fill: var(--ink); font: 12px sans-serif; }
    .title { font-weight: bold; }
    .grid { stroke: var(--grid); }
    .event { fill: var(--event); }
    .limit { stroke: var(--limit); stroke-dasharray: 4 3; }
    .rate { stroke: var(--line); fill: none; stroke-width: 1.2; }
`;

/**
 * Draws the requests per second of several scenarios, one below the other, as SVG. It brings no fonts,
 * and is readable in light and dark.
 *
 * @param all What came of each.
 */
export function plot(all: readonly Simulated[]): string {
  const height = PANEL.top + all.length * (PANEL.height + PANEL.gap);
  const panels = all.map((simulated, index) =>
    panel(simulated, PANEL.top + index * (PANEL.height + PANEL.gap))
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
  <title>Requests per second of a fleet over time</title>
  <style>${STYLE}  </style>
${panels.join("\n")}
</svg>
`;
}

function panel({ perSecond, scenario, steadyRate }: Simulated, top: number): string {
  const bottom = top + PANEL.height;
  const right = WIDTH - PANEL.right;
  const highest = HIGHEST * steadyRate;
  const x = (second: number) =>
    round(PANEL.left + second / perSecond.length * (right - PANEL.left));
  const y = (rate: number) => round(bottom - Math.min(rate, highest) / highest * PANEL.height);
  const line = (level: number, name: string) =>
    `  <line class="${name}" x1="${PANEL.left}" x2="${right}" y1="${y(level)}" y2="${y(level)}"/>`;
  const label = (text: string, at: { x: number; y: number; anchor: "start" | "middle" | "end" }) =>
    `  <text x="${at.x}" y="${at.y}" text-anchor="${at.anchor}">${escaped(text)}</text>`;
  const points = perSecond.map((rate, second) => `${x(second + 0.5)},${y(rate)}`);
  const peak = Math.max(...perSecond);
  const cut = peak > highest ? ` (its highest second: ${peak})` : "";
  const minutes = Array.from(
    { length: Math.floor(perSecond.length / 60) + 1 },
    (_, minute) => label(String(minute), { x: x(minute * 60), y: bottom + 16, anchor: "middle" }),
  );
  return [
    `  <text class="title" x="${PANEL.left}" y="${top - 8}">${
      escaped(`${scenario.title}${cut}`)
    }</text>`,
    `  <rect class="event" x="${x(scenario.at)}" y="${top}" width="${
      round(Math.max(x(scenario.at + scenario.length) - x(scenario.at), 1))
    }" height="${PANEL.height}"/>`,
    line(0, "grid"),
    line(steadyRate, "grid"),
    line(2 * steadyRate, "limit"),
    ...[0, steadyRate, 2 * steadyRate].map((rate) =>
      label(rate.toFixed(0), { x: PANEL.left - 6, y: y(rate) + 4, anchor: "end" })
    ),
    label("requests/s", { x: 4, y: top - 8, anchor: "start" }),
    ...minutes,
    label("minutes", { x: right, y: bottom + 30, anchor: "end" }),
    `  <polyline class="rate" points="${points.join(" ")}"/>`,
  ].join("\n");
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
