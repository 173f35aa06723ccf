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
 * @returns Milliseconds of the same clock; in the past when the turn is overdue.
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
  const place = Math.ceil((last + CLOSEST * intervalMs - gridStart) / intervalMs);
  return gridStart + place * intervalMs + (random * 2 - 1) * JITTER * intervalMs;
}
