const HOUR_MS = 60 * 60 * 1000;

/**
 * How many wakes an hour may have. A wake makes the agent take a turn, a turn may delegate, and what
 * is delegated wakes again: without an end to it that burns money (contract 8).
 */
export class WakeBudget {
  readonly #perHour: number;
  /** When the wakes of the last hour were, oldest first. */
  #wakes: readonly number[];

  /**
   * @param perHour The most wakes in any hour.
   * @param wakes When wakes were before, in milliseconds of a monotonic clock, oldest first.
   */
  constructor(perHour: number, wakes: readonly number[] = []) {
    this.#perHour = perHour;
    this.#wakes = wakes;
  }

  /**
   * How long the next wake has to wait.
   *
   * @param now Milliseconds of the same clock.
   * @returns Milliseconds; 0 when it need not.
   *
   * @example
   * ```ts
   * import { WakeBudget } from "./wake_budget.ts";
   * import { assertEquals } from "@std/assert";
   *
   * const budget = new WakeBudget(2);
   * budget.spend(0);
   * budget.spend(60_000);
   * assertEquals(budget.waitMs(120_000), 58 * 60_000);
   * ```
   */
  waitMs(now: number): number {
    this.#wakes = this.#wakes.filter((at) => now - at < HOUR_MS);
    const oldest = this.#wakes.at(-this.#perHour);
    return oldest === undefined ? 0 : oldest + HOUR_MS - now;
  }

  /**
   * Counts a wake.
   *
   * @param now Milliseconds of the same clock.
   */
  spend(now: number): void {
    this.#wakes = [...this.#wakes, now];
  }
}
