import { type Figure, FIGURES } from "./figures.ts";
import type { JudgedFigure } from "./judgement.ts";
import { problemsOf, type SoakReport } from "./soak_report.ts";

const HEAD = [
  "figure",
  "start",
  "end",
  "lowest",
  "highest",
  "growth in an hour (95 %)",
  "allowed",
  "verdict",
];

/**
 * Writes a report in Markdown, for people and for a document: figures, what was thrown at it, and what
 * became of everything.
 *
 * @param report What came out.
 */
export function reportText(report: SoakReport): string {
  const problems = problemsOf(report);
  const isShort = report.figures.some(({ verdict }) => verdict === "too short to tell");
  return [
    ...factsOf(report),
    "",
    ...table([HEAD, ...report.figures.map(row)]),
    "",
    ...table([["what went wrong", "times", "requests struck"], ...thrownRows(report)]),
    "",
    ...accountOf(report),
    "",
    problems.length === 0
      ? `${
        isShort ? "Too short to tell of memory; else no" : "No"
      } growth beyond noise, and nothing lost.`
      : `Not as it should be:\n\n${problems.map((problem) => `- ${problem}`).join("\n")}`,
    "",
  ].join("\n");
}

function factsOf({ measuredSeconds, program, seed, warmUpSeconds }: SoakReport): string[] {
  const { os, arch } = Deno.build;
  return [
    `${minutes(measuredSeconds)} measured after ${
      minutes(warmUpSeconds)
    } of warm-up, seed ${seed}: ` +
    `${program}; ${os} ${arch}, ${navigator.hardwareConcurrency} CPUs, ${
      new Date().toISOString().slice(0, 10)
    }.`,
  ];
}

function accountOf(report: SoakReport): string[] {
  const { answers, beats, connections, deeds, journal, log, messages, results, takings } = report;
  const doubled = results.duplicated.length + results.inWindow.length;
  return [
    `- Beats: ${beats.accepted} accepted; the largest gap ${beats.largest.toFixed(1)} s, and ` +
    `${beats.largestCalm.toFixed(1)} s where nothing was wrong.`,
    `- Results: ${results.results} shown, ${results.lost.length} lost, ${results.torn.length} torn, ` +
    `${doubled} twice, ${results.disordered.length} out of order; messages: ${messages.sent} sent, ` +
    `${messages.lost} lost, ${messages.duplicated} twice; taken away ${takings} times.`,
    `- Wakes: ${answered(answers, "a2a")}. Notes: ${answered(answers, "notify")}.`,
    `- Journal: at most ${journal.most.toFixed(0)} KiB of the ${
      journal.bound.toFixed(0)
    } KiB that ` +
    `it may have, written anew ${journal.compactions} times` +
    (journal.compactions === 0
      ? "."
      : `, then ${journal.compacted.map((size) => size.toFixed(0)).join(", ")} KiB.`),
    `- Requests: ${total(answers)} over ${connections} connections. Files: ${list(deeds)}.`,
    `- Log: ${list(log)} lines.`,
  ];
}

function row(figure: JudgedFigure): string[] {
  const { end, least, most, name, perHour, start, verdict } = figure;
  const { allowed, title, unit }: Figure = FIGURES[name];
  const digits = unit === "" ? 0 : 1;
  const number = (value: number) => value.toFixed(digits);
  const { high, low, slope } = perHour;
  return [
    unit === "" ? title : `${title}, ${unit}`,
    ...[start, end, least, most].map(number),
    `${signed(slope)} (${signed(low)} to ${signed(high)})`,
    String(allowed ?? ""),
    verdict === "grows" ? "**grows**" : verdict,
  ];
}

function thrownRows({ thrown }: SoakReport): string[][] {
  return Object.entries(thrown).toSorted().map(([kind, { incidents, struck }]) => [
    kind,
    String(incidents),
    kind === "outage" || kind === "pause" ? "" : String(struck),
  ]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function answered(answers: SoakReport["answers"], route: string): string {
  const own = Object.entries(answers).filter(([answer]) => answer.startsWith(`${route} `))
    .map(([answer, count]) => [answer.slice(route.length + 1), count] as const);
  const words = own.map(([status, count]) => `${count} answered ${status}`);
  return words.length === 0 ? "none" : words.join(", ").replace("answered none", "without answer");
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(", ") || "none";
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function minutes(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
