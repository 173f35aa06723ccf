/**
 * The fixed-rate schedule that beats and polls keep.
 *
 * @module
 */

/**
 * How far a turn may be from its place on the grid, as a part of the interval. Two neighbours are
 * then never further from one interval apart than twice that: ±10 % (design.md, promise 1).
 */
const JITTER = 0.05;
/** A turn closer than this part of the interval to the one before is left out. */
const CLOSEST = 0.1;
/** No turn comes later than this part of the interval after the one before. */
const FURTHEST = 1 + 2 * JITTER;

/** Where a workspace's turns are on the grid, each as a part of the interval after the start. */
export interface OwnPlaces {
  /** That of the beats, from the second on. */
  readonly beat: number;
  /** That of the polls. */
  readonly poll: number;
}

/**
 * Where the turns of one workspace are: anywhere in the interval, so that a fleet that was started as
 * one does not go on as one. Polls are half an interval away from the beats. Those of one process start
 * one after another in the time of an interval, and each moves within its slot of that alone: from all
 * over the interval the second beats would come so soon that there were too many for one address.
 *
 * @param random A random number in [0, 1).
 * @param slot Which part of the interval is its own; all of it by default.
 *
 * @example
 * ```ts
 * import { ownPlaces } from "./schedule.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { beat, poll } = ownPlaces(0.25);
 * assertAlmostEquals(beat, 0.35);
 * assertAlmostEquals(poll, 0.85);
 * assertAlmostEquals(ownPlaces(0.25, 1 / 200).beat, 1.09625);
 * ```
 */
export function ownPlaces(random: number, slot = 1): OwnPlaces {
  const beat = 1 + CLOSEST - slot * (1 - random);
  return { beat, poll: beat < 0.5 + CLOSEST ? beat + 0.5 : beat - 0.5 };
}

/** Options of {@linkcode nextTurn}. */
export interface NextTurnOptions {
  /** When the grid begins, in milliseconds of a monotonic clock. */
  readonly gridStart: number;
  /** The grid's step, in milliseconds. */
  readonly intervalMs: number;
  /** When the last turn began. */
  readonly last: number;
  /** A random number in [0, 1). */
  readonly random: number;
}

/**
 * When the next turn is due: at the next place of a grid that was laid down at the start, so that
 * neither slow answers nor retries shift it, with a jitter that keeps a fleet apart. Turns that
 * were missed (a long outage, a suspended machine) are not made up for.
 *
 * @param options The grid, the last turn, and a random number.
 * @returns Milliseconds of the same clock, at most 1.1 intervals after the last turn; in the past when
 * the turn is overdue.
 *
 * @example
 * ```ts
 * import { nextTurn } from "./schedule.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // The first turn took 3 s; the second is due at 30 s all the same.
 * assertEquals(nextTurn({ gridStart: 0, intervalMs: 30_000, last: 3000, random: 0.5 }), 30_000);
 * ```
 */
export function nextTurn(options: NextTurnOptions): number {
  const { gridStart, intervalMs, last, random } = options;
  const step = Math.ceil((last + CLOSEST * intervalMs - gridStart) / intervalMs);
  const place = gridStart + step * intervalMs;
  const earliest = place - JITTER * intervalMs;
  const latest = Math.min(place + JITTER * intervalMs, last + FURTHEST * intervalMs);
  return earliest + random * (latest - earliest);
}
