import { type Result, resultKey, resultLine } from "./result.ts";

/** The results that the platform has shown and the output has not taken yet, oldest first. */
export class WaitingResults {
  readonly #results = new Map<string, Result>();
  readonly #mostBytes: number;
  #bytes = 0;

  /** @param mostBytes The most bytes of results that are kept. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** How many wait. */
  get size(): number {
    return this.#results.size;
  }

  /** Those that wait, oldest first. */
  all(): readonly Result[] {
    return [...this.#results.values()];
  }

  /**
   * Adds a result, or what a newer look has found of one that waits already.
   *
   * @returns Whether there is room for it: a single one always fits.
   */
  add(result: Result): boolean {
    const key = resultKey(result);
    const before = this.#results.get(key);
    const bytes = this.#bytes + sizeOf(result) - (before === undefined ? 0 : sizeOf(before));
    const isAlone = this.#results.size === (before === undefined ? 0 : 1);
    if (bytes > this.#mostBytes && !isAlone) return false;
    this.#bytes = bytes;
    this.#results.set(key, result);
    return true;
  }

  /** Removes a result that waits. */
  remove(result: Result): void {
    if (this.#results.delete(resultKey(result))) this.#bytes -= sizeOf(result);
  }
}

/** As much as its line takes, but for the stamp. */
function sizeOf(result: Result): number {
  return resultLine(result, 0).length;
}
