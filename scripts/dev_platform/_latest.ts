/** Things in their order, of which perhaps only the latest are kept, however many come. */
export class Latest<T> {
  readonly #kept: T[] = [];
  readonly #most: number;
  #count = 0;

  /** @param most How many are kept; Infinity for all. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Those that are kept, the oldest first. */
  get kept(): readonly T[] {
    return this.#kept;
  }

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /**
   * Lists the latest, but for the first of all.
   *
   * @param number How many of all that there have been to leave out.
   * @returns Those of the others that are kept.
   */
  after(number: number): T[] {
    return this.#kept.slice(Math.max(0, number - (this.#count - this.#kept.length)));
  }

  /**
   * Adds one.
   *
   * @param item It.
   */
  add(item: T): void {
    this.#count++;
    this.#kept.push(item);
    if (this.#kept.length > this.#most) this.#kept.shift();
  }
}
