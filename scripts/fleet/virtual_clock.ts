import { setImmediate } from "node:timers";
import type { Clock } from "../../lib/clock.ts";

/** Someone who sleeps. */
interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time goes on in steps of so many milliseconds: what is due within one wakes together. */
const TICK_MS = 10;

/**
 * A clock on which nobody waits: it jumps from one tick with sleepers to the next, and lets all that
 * follows from waking them settle in between.
 */
export class VirtualClock implements Clock {
  /** A binary heap: the next to wake is the first. */
  readonly #sleepers: Sleeper[] = [];
  #now = 0;

  /** @inheritdoc */
  now(): number {
    return this.#now;
  }

  /** @inheritdoc */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.#push({ at: this.#now + Math.max(ms, 0), wake });
    });
  }

  /**
   * Lets time pass.
   *
   * @param until Up to when, in milliseconds.
   */
  async run(until: number): Promise<void> {
    await this.#settle();
    for (let next = this.#sleepers[0]; next !== undefined; next = this.#sleepers[0]) {
      const tick = Math.max(this.#now, Math.ceil(next.at / TICK_MS) * TICK_MS);
      if (tick > until) break;
      this.#now = tick;
      while ((this.#sleepers[0]?.at ?? Infinity) <= tick) this.#pop()?.wake();
      await this.#settle();
    }
    this.#now = until;
  }

  /** All promises that can settle have done so before an immediate's turn comes. */
  #settle(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers;
    let place = heap.push(sleeper) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= sleeper.at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = sleeper;
  }

  #pop(): Sleeper | undefined {
    const heap = this.#sleepers;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    while (true) {
      const left = 2 * place + 1;
      const right = left + 1;
      const child = (heap[right]?.at ?? Infinity) < (heap[left]?.at ?? Infinity) ? right : left;
      const below = heap[child];
      if (below === undefined || below.at >= last.at) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
