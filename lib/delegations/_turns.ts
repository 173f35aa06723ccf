/** Lets one thing at a time happen to a file, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does something when all that was asked for before has ended.
   *
   * @param work What to do.
   * @returns What it gives.
   */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return await turn;
  }
}
