import type { Clock } from "../clock.ts";
import type { AnswerMark } from "../platform/mod.ts";
import type { Deliveries } from "./deliveries.ts";

/** A platform that says "the same as before" is asked for the whole listing after so long, all the same. */
const LONGEST_BELIEVED_MS = 10 * 60 * 1000;

/** A listing that left nothing to do, and what was known when it did. */
interface Settled {
  readonly digest: string;
  /** How often the deliveries had been opened. */
  readonly openings: number;
  /** How many results the journal remembered. */
  readonly remembered: number;
}

/**
 * The listing that has left nothing to do, so that it need not be read when it comes again: for as long
 * as what is remembered of results is what it was then.
 */
export class SettledListing {
  readonly #deliveries: Pick<Deliveries, "journal" | "openings">;
  readonly #clock: Clock;
  #settled: Settled | undefined;
  /** The last listing that came as a whole, and when it did. */
  #whole: AnswerMark | undefined;
  #wholeAt = 0;
  #trustsEtags = true;

  /**
   * @param deliveries What remembers results.
   * @param clock Says for how long no whole listing has come.
   */
  constructor(deliveries: Pick<Deliveries, "journal" | "openings">, clock: Clock) {
    this.#deliveries = deliveries;
    this.#clock = clock;
  }

  /** What need not be read when it comes again; undefined when every listing has to be read. */
  get known(): AnswerMark | undefined {
    const { journal, openings } = this.#deliveries;
    const settled = this.#settled;
    // More results that are remembered are more to be forgotten, by what is listed.
    if (settled?.openings !== openings || settled.remembered !== journal.state.size) {
      return undefined;
    }
    const isBelieved = this.#trustsEtags &&
      this.#clock.now() - this.#wholeAt < LONGEST_BELIEVED_MS;
    return { digest: settled.digest, etag: isBelieved ? this.#whole?.etag : undefined };
  }

  /**
   * Takes note of a listing that came as a whole, whether it has to be read or not.
   *
   * @param mark What it is recognised by.
   */
  cameWhole(mark: AnswerMark): void {
    const { digest, etag } = mark;
    // Who calls two listings the same would hide the second one again and again.
    const isLie = etag !== undefined && etag === this.#whole?.etag && digest !== this.#whole.digest;
    if (isLie) this.#trustsEtags = false;
    // Until it is dealt with: if that fails, a 304 must not pass it for the one that was settled.
    if (digest !== this.#settled?.digest) this.#settled = undefined;
    this.#whole = mark;
    this.#wholeAt = this.#clock.now();
  }

  /**
   * Takes note of what a listing that was read has left to do.
   *
   * @param mark What the listing is recognised by, when that is nothing; else undefined.
   */
  settle(mark: AnswerMark | undefined): void {
    const { journal, openings } = this.#deliveries;
    this.#settled = mark && { digest: mark.digest, openings, remembered: journal.state.size };
  }
}
