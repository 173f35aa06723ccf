import type { Mark } from "./aftermath.ts";
import type { Verdict } from "./ledger.ts";
import { Chance } from "./random.ts";
import { ConsumerThread, KillerThread } from "./threads.ts";
import { type RoundReport, Trial } from "./trial.ts";

/** So many rounds share a workspace, a journal and a results file. */
const ROUNDS_PER_TRIAL = 25;

/** Options of {@linkcode stress}. */
export interface StressOptions {
  /** How often a sidecar is killed. */
  readonly rounds: number;
  /** Where the random choices begin; time makes its own choices besides. */
  readonly seed: number;
  /** Is told after each round. */
  readonly onRound?: (round: number) => void;
}

/** What came out. */
export interface StressReport extends Verdict {
  readonly rounds: number;
  /** How many rounds were killed when. */
  readonly killed: ReadonlyMap<RoundReport["killed"], number>;
  /** How many rounds left which traces of an interruption. */
  readonly marks: ReadonlyMap<Mark, number>;
}

/**
 * Kills sidecars, in the middle of what they do, and counts what became of the results.
 *
 * Requires `--allow-net=127.0.0.1`, `--allow-run`, `--allow-env` for what Deno needs to find its
 * cache, and `--allow-read` and `--allow-write` for a temporary folder.
 *
 * @param options How often, and how.
 */
export async function stress({ onRound, rounds, seed }: StressOptions): Promise<StressReport> {
  const chance = new Chance(seed);
  using consumer = new ConsumerThread();
  using killer = new KillerThread();
  const verdicts: Verdict[] = [];
  const killed = new Map<RoundReport["killed"], number>();
  const marks = new Map<Mark, number>();
  for (let round = 0; round < rounds;) {
    await using trial = await Trial.start({ chance, consumer, killer });
    const last = Math.min(round + ROUNDS_PER_TRIAL, rounds);
    while (round < last) {
      const report = await trial.round();
      countIn(killed, report.killed);
      for (const mark of report.marks) countIn(marks, mark);
      round++;
      onRound?.(round);
    }
    verdicts.push(await trial.end());
  }
  return {
    rounds,
    results: verdicts.reduce((sum, { results }) => sum + results, 0),
    lost: verdicts.flatMap(({ lost }) => lost),
    torn: verdicts.flatMap(({ torn }) => torn),
    inWindow: verdicts.flatMap(({ inWindow }) => inWindow),
    duplicated: verdicts.flatMap(({ duplicated }) => duplicated),
    disordered: verdicts.flatMap(({ disordered }) => disordered),
    killed,
    marks,
  };
}

/** Says whether every result came, whole and once, where anybody could have told. */
export function isFlawless({ disordered, duplicated, lost, torn }: StressReport): boolean {
  return [disordered, duplicated, lost, torn].every((flaws) => flaws.length === 0);
}

/** Writes a report as lines for people: the figures, how well was aimed, and each flaw. */
export function reportLines(report: StressReport): string[] {
  const { disordered, duplicated, inWindow, killed, lost, marks, results, rounds, torn } = report;
  return [
    `stress: rounds ${rounds}, results ${results}, lost ${lost.length}, torn ${torn.length}, ` +
    `duplicated ${inWindow.length + duplicated.length} (${inWindow.length} in the window between ` +
    `append and commit, ${duplicated.length} outside), out of order ${disordered.length}`,
    `of which killed: ${list(killed)}; left behind: ${list(marks) || "nothing"}`,
    ...Object.entries({ lost, torn, duplicated, disordered }).flatMap(([flaw, of]) =>
      of.map((what) => `${flaw}: ${what.slice(0, 200)}`)
    ),
  ];
}

function countIn<T>(counts: Map<T, number>, what: T): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function list(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return sorted.map(([what, count]) => `${what} ${count}`).join(", ");
}
