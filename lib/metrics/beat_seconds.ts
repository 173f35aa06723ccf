import type { HistogramValue } from "./measured.ts";

/**
 * From an answer of the next machine to the deadline of a beat (10 s, design.md, promise 1), where one
 * that timed out falls into the last bucket.
 */
export const BEAT_SECONDS_BOUNDS: readonly number[] = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long beats took. */
export class BeatSeconds {
  readonly #counts: number[] = Array(BEAT_SECONDS_BOUNDS.length + 1).fill(0);
  #sum = 0;

  /**
   * Adds one.
   *
   * @param seconds How long it took.
   */
  add(seconds: number): void {
    const place = BEAT_SECONDS_BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = place < 0 ? BEAT_SECONDS_BOUNDS.length : place;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** All of them. */
  value(): HistogramValue {
    return { bounds: BEAT_SECONDS_BOUNDS, counts: [...this.#counts], sum: this.#sum };
  }
}
