import type { Clock } from "../clock.ts";
import { counted } from "../text.ts";
import type { Log } from "./log.ts";

/**
 * Trouble that lasts: logged once when it begins and once when it ends, with its length and the
 * number of attempts, however many attempts fail in between.
 */
export class Episode {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #said = new Set<string>();
  #began: number | undefined;
  #attempts = 0;

  /**
   * @param subject What is in trouble, as the recovery line names it ("Beats").
   * @param options Where to log, and the clock that measures the length.
   */
  constructor(subject: string, options: { log: Log; clock: Clock }) {
    this.#subject = subject;
    this.#log = options.log;
    this.#clock = options.clock;
  }

  /** Whether the trouble lasts. */
  get lasts(): boolean {
    return this.#began !== undefined;
  }

  /** How many attempts have failed in a row. */
  get attempts(): number {
    return this.#attempts;
  }

  /**
   * Records a failure: a warning when it is the first, or the first of its kind in this episode
   * among those that somebody must act on; a debug line otherwise.
   *
   * @param message What failed, why, and what happens next.
   * @param kind Names a failure that a person has to remedy; left out for those that pass.
   * @param options `isUrgent`: whether it is told as an error, however often it was before.
   */
  failed(
    message: string,
    kind?: string,
    { isUrgent = false }: { readonly isUrgent?: boolean } = {},
  ): void {
    const first = this.#began === undefined;
    this.#began ??= this.#clock.now();
    this.#attempts++;
    const news = first || (kind !== undefined && !this.#said.has(kind));
    if (kind !== undefined) this.#said.add(kind);
    if (isUrgent) this.#log.error(message);
    else if (news) this.#log.warn(message);
    else this.#log.debug(message);
  }

  /** Records a success: an info line when it ends an episode. */
  succeeded(): void {
    if (this.#began === undefined) return;
    const seconds = ((this.#clock.now() - this.#began) / 1000).toFixed(1);
    this.#log.info(
      `${this.#subject} recovered after ${seconds} s and ${
        counted(this.#attempts, "failed attempt")
      }`,
    );
    this.end();
  }

  /** Ends an episode without a word: nobody tries any more, or needs to. */
  end(): void {
    this.#began = undefined;
    this.#attempts = 0;
    this.#said.clear();
  }
}
