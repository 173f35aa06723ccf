/**
 * Timers that share one of the system's.
 *
 * @module
 */

/** A longer timeout would come at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Something that is to be done later. */
interface Waiting {
  /** When, in milliseconds of `performance.now()`. */
  readonly due: number;
  readonly call: () => void;
}

/**
 * The timers of a process. They are made of `AbortSignal.timeout()`: on Deno 2.9 the first `setTimeout`
 * loads what there is for Node, which takes 3 MB for as long as the process lives. A timeout cannot be
 * cleared, so there is one for the first that is due, and not one for each.
 */
class Timers {
  /** What waits, in the order in which it is due. */
  readonly #waiting: Waiting[] = [];
  /** The timeout for the first of them; it keeps the process alive as long as something waits. */
  #next: { readonly due: number; readonly signal: AbortSignal } | undefined;
  readonly #onTimeout = () => this.#fire();

  later(ms: number, call: () => void): () => void {
    const one = { due: performance.now() + ms, call };
    this.#waiting.splice(this.#placeOf(one.due), 0, one);
    this.#awake(one.due);
    return () => {
      const place = this.#waiting.indexOf(one);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      if (this.#waiting.length === 0) this.#forget();
    };
  }

  /** How many of those that wait are due by then. */
  #placeOf(due: number): number {
    let [from, to] = [0, this.#waiting.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#waiting[middle]?.due ?? Infinity) <= due) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Sees to it that there is a timeout for something that is due. */
  #awake(due: number): void {
    if (this.#next !== undefined && this.#next.due <= due) return;
    this.#forget();
    const now = performance.now();
    const next = Math.min(Math.max(due, now), now + LONGEST_TIMEOUT_MS);
    this.#next = { due: next, signal: AbortSignal.timeout(Math.ceil(next - now)) };
    this.#next.signal.addEventListener("abort", this.#onTimeout);
  }

  /** A timeout that nobody listens to keeps no process alive. */
  #forget(): void {
    this.#next?.signal.removeEventListener("abort", this.#onTimeout);
    this.#next = undefined;
  }

  #fire(): void {
    const now = Math.max(this.#next?.due ?? 0, performance.now());
    this.#next = undefined;
    const next = this.#waiting[this.#placeOf(now)];
    if (next !== undefined) this.#awake(next.due);
    // One after the other: who is called may cancel the next.
    for (
      let [first] = this.#waiting;
      first !== undefined && first.due <= now;
      [first] = this.#waiting
    ) {
      this.#waiting.shift();
      first.call();
    }
  }
}

const timers = new Timers();

/**
 * Does something later, once.
 *
 * @param ms How much later, in milliseconds.
 * @param call What is done; it may not throw.
 * @returns Sees to it that it is not done, when it has not been yet.
 *
 * @example
 * ```ts
 * import { later } from "./later.ts";
 *
 * const { promise, resolve } = Promise.withResolvers<void>();
 * const cancel = later(60_000, () => resolve());
 * later(1, () => resolve());
 * await promise;
 * cancel();
 * ```
 */
export function later(ms: number, call: () => void): () => void {
  return timers.later(ms, call);
}
