import type { Clock } from "../clock.ts";

/**
 * Measures how long the platform has accepted no beat: on both clocks, since the monotonic one stands
 * still while the machine sleeps, and the platform's does not.
 */
export class BeatGap {
  readonly #clock: Clock;
  #monotonic: number;
  #wall: number;

  /** @param clock The monotonic clock. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#monotonic = clock.now();
    this.#wall = Date.now();
  }

  /**
   * Begins anew.
   *
   * @returns How long it was, in milliseconds.
   */
  end(): number {
    const now = this.#clock.now();
    const wall = Date.now();
    const gap = Math.max(now - this.#monotonic, wall - this.#wall);
    this.#monotonic = now;
    this.#wall = wall;
    return gap;
  }
}
