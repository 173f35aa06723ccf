import type { Clock } from "../../lib/clock.ts";
import { patient } from "./patient.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test turns it; the code under test waits on it for real. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];
  #watchers: (() => void)[] = [];

  /** @inheritdoc */
  now(): number {
    return this.#now;
  }

  /** @inheritdoc */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    const slept = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + ms, wake: () => slept.resolve() };
    this.#sleepers.push(sleeper);
    signal.addEventListener("abort", sleeper.wake);
    this.#tell();
    await slept.promise;
    signal.removeEventListener("abort", sleeper.wake);
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
  }

  /**
   * Resolves when at least so many sleeps are under way, with how long each still takes, in
   * milliseconds, shortest first.
   *
   * @throws {Error} There were not so many within 20 s.
   */
  async sleeping(count = 1): Promise<number[]> {
    while (this.#sleepers.length < count) {
      const change = Promise.withResolvers<void>();
      this.#watchers.push(change.resolve);
      await patient(change.promise);
    }
    return this.#sleepers.map(({ until }) => until - this.#now).sort((a, b) => a - b);
  }

  /** Turns the clock, and ends the sleeps that are over by then. */
  advance(ms: number): void {
    this.#now += ms;
    const over = this.#sleepers.filter(({ until }) => until <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => !over.includes(sleeper));
    for (const { wake } of over) wake();
  }

  #tell(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
