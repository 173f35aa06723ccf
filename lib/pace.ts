import type { Clock } from "./clock.ts";

/** Lets so many things happen in a second, evenly, in the order in which they were asked for. */
export class Pace {
  readonly #stepMs: number;
  readonly #clock: Clock;
  #next = -Infinity;

  /**
   * @param perSecond How many.
   * @param clock The monotonic clock.
   */
  constructor(perSecond: number, clock: Clock) {
    this.#stepMs = 1000 / perSecond;
    this.#clock = clock;
  }

  /**
   * Resolves when the turn of some of them has come, or when the signal aborts.
   *
   * @param count How many.
   * @param signal Ends the wait.
   */
  async turn(count: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + count * this.#stepMs;
    await this.#clock.sleep(at - now, signal);
  }
}
