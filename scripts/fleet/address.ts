/** The platform counts the requests of one address in windows of a minute (contract 1.0). */
const WINDOW_MS = 60_000;
/** So many of them it lets through by default (contract 1.0). */
export const REQUESTS_A_MINUTE = 600;

/** An address that requests come from, with its bucket: full again a minute after it was last filled. */
export class Address {
  #left = REQUESTS_A_MINUTE;
  #filledAt = -Infinity;
  /** How many requests somebody else sends from it in a second, and since when they are counted. */
  #others = { perSecond: 0, since: 0 };

  /**
   * Lets somebody else send requests from here, too.
   *
   * @param perSecond How many in a second; 0 for no more.
   * @param now Milliseconds.
   */
  share(perSecond: number, now: number): void {
    this.#countOthers(now);
    this.#others = { perSecond, since: now };
  }

  /**
   * Counts a request.
   *
   * @param now Milliseconds.
   * @returns After how many seconds the platform wants to be asked again; undefined when it lets the
   * request through.
   */
  count(now: number): number | undefined {
    if (now - this.#filledAt >= WINDOW_MS) {
      this.#filledAt = now;
      this.#left = REQUESTS_A_MINUTE;
      this.#others = { ...this.#others, since: now };
    }
    this.#countOthers(now);
    if (this.#left >= 1) {
      this.#left--;
      return undefined;
    }
    return Math.max(1, Math.ceil((this.#filledAt + WINDOW_MS - now) / 1000));
  }

  #countOthers(now: number): void {
    const { perSecond, since } = this.#others;
    this.#left = Math.max(0, this.#left - perSecond * (now - since) / 1000);
    this.#others = { perSecond, since: now };
  }
}
