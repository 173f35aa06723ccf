import type { Targets } from "./scenarios.ts";
import type { Simulated } from "./simulation.ts";

const BARS = "▁▂▃▄▅▆▇█";
/** Each character of the line stands for so many seconds. */
const SECONDS_PER_BAR = 5;
/** Higher than this, in steady rates, a bar is not drawn: the first second of a cold start is. */
const HIGHEST = 3;

/** What each target is called, and how its figure is shown. */
const SHOWN: Readonly<Record<keyof Targets, (figure: number) => string>> = {
  peakToMean: (figure) => `peak/mean from two intervals after ${figure.toFixed(2)}`,
  returnPeak: (figure) => `peak in the return ${figure.toFixed(2)} × steady`,
  backSeconds: (figure) => `all back after ${figure.toFixed(1)} s`,
  dead: (figure) => `declared dead ${(figure * 100).toFixed(2)} %`,
};
const ORDER = ["peakToMean", "returnPeak", "backSeconds", "dead"] as const;

/**
 * What a scenario came to, as text.
 *
 * @param simulated What came of it.
 */
export function reportLines(simulated: Simulated): string[] {
  const { figures, longestGapSeconds, perSecond, scenario, steadyRate, watchedSeconds } = simulated;
  return [
    `${scenario.name}: ${scenario.title}`,
    `  ${sparkline(perSecond, steadyRate)}`,
    `  requests/s, ${SECONDS_PER_BAR} s a bar, full at ${HIGHEST} × the steady ${
      steadyRate.toFixed(0)
    }; it begins after ${scenario.at} s and lasts ${scenario.length} s`,
    ...ORDER.map((name) => `  ${verdict(simulated, name)} ${SHOWN[name](figures[name])}`),
    `       longest silence of one workspace ${longestGapSeconds.toFixed(1)} s${
      watchedSeconds > 0 ? `, all watched again after ${watchedSeconds.toFixed(0)} s` : ""
    }`,
  ];
}

/**
 * The table of all scenarios for the docs, in Markdown.
 *
 * @param all What came of each.
 */
export function reportTable(all: readonly Simulated[]): string[] {
  const rows = all.map((simulated) => [
    simulated.scenario.title,
    ...ORDER.map((name) => tableFigure(simulated, name)),
    `${simulated.longestGapSeconds.toFixed(0)} s`,
  ]);
  const heads = [
    ...["Scenario", "Peak/mean later", "Peak in the return", "All back after", "Declared dead"],
    "Longest silence",
  ];
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function tableFigure({ figures, scenario }: Simulated, name: keyof Targets): string {
  const figure = {
    peakToMean: figures.peakToMean.toFixed(2),
    returnPeak: `${figures.returnPeak.toFixed(2)} ×`,
    backSeconds: `${figures.backSeconds.toFixed(1)} s`,
    dead: `${(figures.dead * 100).toFixed(1)} %`,
  }[name];
  return scenario.targets[name] === undefined ? `(${figure})` : figure;
}

function verdict({ missed, scenario }: Simulated, name: keyof Targets): string {
  const target = scenario.targets[name];
  if (target === undefined) return "    ";
  return missed.includes(name) ? `MISS (at most ${target})` : "ok  ";
}

function sparkline(perSecond: readonly number[], steadyRate: number): string {
  let line = "";
  for (let from = 0; from < perSecond.length; from += SECONDS_PER_BAR) {
    const bins = perSecond.slice(from, from + SECONDS_PER_BAR);
    const rate = bins.reduce((sum, count) => sum + count, 0) / bins.length;
    const height = Math.floor(rate / (HIGHEST * steadyRate) * BARS.length);
    line += BARS[Math.min(height, BARS.length - 1)] ?? "";
  }
  return line;
}
