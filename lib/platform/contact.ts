import { orAborted } from "../clock.ts";

/**
 * Whether the platform can be reached at all, and lets requests from here through, as the beats find
 * out. The other loops wait while it does not: their attempts would fail too, and be one more log line
 * and one more load each, or take the place of a beat.
 */
export class Contact {
  #regained: PromiseWithResolvers<void> | undefined;

  /** Whether the last beat found nobody there, or was one request too many. */
  get lost(): boolean {
    return this.#regained !== undefined;
  }

  /**
   * Records what a beat found.
   *
   * @param reached Whether the platform answered, whatever it said but that there are too many requests.
   */
  record(reached: boolean): void {
    if (!reached) {
      this.#regained ??= Promise.withResolvers<void>();
    } else {
      this.#regained?.resolve();
      this.#regained = undefined;
    }
  }

  /**
   * Resolves when the platform can be reached (at once where it can), or when the signal aborts.
   *
   * @param signal Ends the wait.
   */
  async regained(signal: AbortSignal): Promise<void> {
    // It may have been lost again before anybody has learned of it.
    while (this.#regained !== undefined && !signal.aborted) {
      await orAborted(this.#regained.promise, signal);
    }
  }
}
