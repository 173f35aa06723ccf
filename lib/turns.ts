/** Lets things happen in turn. */
export interface TurnTaking {
  /**
   * Does something when its turn has come.
   *
   * @param work What to do.
   * @returns What it gives.
   */
  take<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Lets so many things happen at a time, in the order in which they were asked for: one by default.
 * What waits for its turn holds nothing.
 */
export class Turns implements TurnTaking {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most How many at a time. */
  constructor(most = 1) {
    this.#free = most;
  }

  /** @inheritdoc */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
