/** The platform's clock: it runs with real time, and can be moved on by hand. */
export class PlatformClock {
  readonly #source: () => number;
  #offset = 0;

  /**
   * @param source Milliseconds since the epoch. The default cannot be set back while it runs.
   */
  constructor(source: () => number = wallTime) {
    this.#source = source;
  }

  /** @returns Whole milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#source() + this.#offset);
  }

  /** @param ms How far the clock moves on. */
  advance(ms: number): void {
    this.#offset += ms;
  }
}

function wallTime(): number {
  return performance.timeOrigin + performance.now();
}
