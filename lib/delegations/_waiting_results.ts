import { type Result, resultKey, resultLine } from "./result.ts";

/** A result, and what it takes. */
interface Waiting {
  readonly result: Result;
  readonly bytes: number;
}

/** The results that the platform has shown and the output has not taken yet, oldest first. */
export class WaitingResults {
  readonly #results = new Map<string, Waiting>();
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
    return Array.from(this.#results.values(), ({ result }) => result);
  }

  /**
   * Adds a result, or what a newer look has found of one that waits already.
   *
   * @returns Whether there is room for it: a single one always fits.
   */
  add(result: Result): boolean {
    const key = resultKey(result);
    const before = this.#results.get(key);
    const bytes = sizeOf(result);
    const all = this.#bytes + bytes - (before?.bytes ?? 0);
    const isAlone = this.#results.size === (before === undefined ? 0 : 1);
    if (all > this.#mostBytes && !isAlone) return false;
    this.#bytes = all;
    this.#results.set(key, { result, bytes });
    return true;
  }

  /** Removes a result that waits. */
  remove(result: Result): void {
    const key = resultKey(result);
    this.#bytes -= this.#results.get(key)?.bytes ?? 0;
    this.#results.delete(key);
  }
}

/** As much as its line takes, but for the stamp. */
function sizeOf(result: Result): number {
  return resultLine(result, 0).length;
}
