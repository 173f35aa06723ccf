/** Tells what happens, and keeps count of what should have happened. */
export class Story {
  readonly #began = performance.now();
  #met = 0;
  #missed = 0;

  /** Begins a chapter. */
  chapter(title: string): void {
    console.log(`\n${title}`);
  }

  /** Tells something, with the seconds since the beginning. */
  tell(text: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1).padStart(4);
    console.log(`  ${seconds} s  ${text.replaceAll("\n", "\n            ")}`);
  }

  /**
   * Says what should be so.
   *
   * @param holds Whether it is.
   * @param what What should be so.
   */
  expect(holds: boolean, what: string): void {
    if (holds) this.#met++;
    else this.#missed++;
    this.tell(`${holds ? "✓" : "✗ NOT SO:"} ${what}`);
  }

  /** Sums up; gives the exit code. */
  end(): number {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    const verdict = this.#missed === 0 ? "Everything happened" : `${this.#missed} did not happen`;
    console.log(`\n${verdict}: ${this.#met} of ${this.#met + this.#missed} in ${seconds} s`);
    return this.#missed === 0 ? 0 : 1;
  }
}
