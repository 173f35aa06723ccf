import { orAborted } from "../clock.ts";

/** Items that one loop leaves for another, which need not be listening. */
export class Inbox<T> {
  #items: T[] = [];
  #arrival: PromiseWithResolvers<void> | undefined;

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Leaves items. */
  add(items: readonly T[]): void {
    if (items.length === 0) return;
    this.#items.push(...items);
    this.#arrival?.resolve();
  }

  /** Drops the oldest items beyond so many. */
  drop(most: number): void {
    if (this.#items.length > most) this.#items = this.#items.slice(-most);
  }

  /** Takes everything that waits. */
  takeAll(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /**
   * Resolves when something waits, or when the signal aborts.
   *
   * @param signal Ends the wait.
   */
  async arrived(signal: AbortSignal): Promise<void> {
    if (!this.isEmpty) return;
    this.#arrival = Promise.withResolvers<void>();
    await orAborted(this.#arrival.promise, signal);
  }
}
