/** Counts requests by the second in which they are sent. */
export class Tally {
  readonly #seconds: number[] = [];

  /**
   * Counts one.
   *
   * @param now Milliseconds.
   */
  count(now: number): void {
    const second = Math.floor(now / 1000);
    this.#seconds[second] = (this.#seconds[second] ?? 0) + 1;
  }

  /**
   * How many requests there were in each second.
   *
   * @param from The first second.
   * @param to The one after the last.
   */
  perSecond(from: number, to: number): readonly number[] {
    return Array.from({ length: to - from }, (_, index) => this.#seconds[from + index] ?? 0);
  }
}
