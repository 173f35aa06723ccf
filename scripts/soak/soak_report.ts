import { counted } from "../../lib/text.ts";
import type { Verdict } from "../stress/ledger.ts";
import type { Deed } from "./agent.ts";
import type { BeatGaps } from "./beat_gaps.ts";
import type { MessageVerdict } from "./books.ts";
import { FIGURES, type Sample } from "./figures.ts";
import type { IncidentKind } from "./incidents.ts";
import type { JournalSizes } from "./journal_sizes.ts";
import { type JudgedFigure, PARTS } from "./judgement.ts";
import type { Thrown } from "./troubles.ts";

/** Seconds between two beats. */
export const INTERVAL_SECONDS = 5;

/** What came out of a soak. */
export interface SoakReport {
  readonly seed: number;
  /** What was soaked, in words. */
  readonly program: string;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
  readonly figures: readonly JudgedFigure[];
  readonly journal: JournalSizes;
  readonly beats: { readonly accepted: number } & BeatGaps;
  readonly results: Verdict;
  readonly messages: MessageVerdict;
  /** How often the agent has taken results away. */
  readonly takings: number;
  readonly thrown: Readonly<Partial<Record<IncidentKind, Readonly<Thrown>>>>;
  readonly deeds: Readonly<Partial<Record<Deed, number>>>;
  /** How many requests were answered how, by `route status`; "none" is no answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** How many connections were made. */
  readonly connections: number;
  /** How many lines of the log have which level. */
  readonly log: Readonly<Record<string, number>>;
  /** The errors in the log. */
  readonly errors: readonly string[];
  /** Whether it ended by itself; then its last words. */
  readonly died: string | undefined;
  /** What it ended with. */
  readonly exitCode: number;
  readonly samples: readonly Sample[];
}

/**
 * Lists what is not as it should be.
 *
 * @param report What came out.
 * @returns A line for each; none when all is well.
 */
export function problemsOf(report: SoakReport): string[] {
  const { beats, died, exitCode, figures, journal, messages, results, samples } = report;
  const measured = samples.filter(({ at }) => at >= report.warmUpSeconds);
  const { lost, torn, duplicated, inWindow, disordered } = results;
  return [
    ...died === undefined ? [] : [`it ended by itself: ${died}`],
    ...measured.length >= PARTS ? [] : ["it did not last long enough to tell what grows"],
    ...exitCode === 0 ? [] : [`it ended with ${exitCode}`],
    ...figures.filter(({ verdict }) => verdict === "grows").map(({ name, perHour }) =>
      `${FIGURES[name].title}: grows by ${perHour.slope.toFixed(2)} ${FIGURES[name].unit} an hour`
        .replace("  ", " ")
    ),
    ...journal.most <= journal.bound
      ? []
      : [`Journal: ${journal.most.toFixed(0)} KiB, more than its bound`],
    ...beats.accepted > 1 ? [] : ["no beats were accepted"],
    ...beats.largestCalm <= 2 * INTERVAL_SECONDS
      ? []
      : [`${beats.largestCalm.toFixed(1)} s without a beat, though nothing was wrong`],
    // It was never killed, so that nothing may come twice.
    ...Object.entries({ lost, torn, duplicated: [...duplicated, ...inWindow], disordered })
      .filter(([, of]) => of.length > 0)
      .map(([flaw, of]) =>
        `${counted(of.length, "result")} ${flaw}: ${of.join(", ").slice(0, 200)}`
      ),
    ...messages.lost + messages.duplicated === 0
      ? []
      : [`${messages.lost} messages lost, ${messages.duplicated} duplicated`],
  ];
}
