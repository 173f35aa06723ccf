import { type Clock, settlesWithin, systemClock } from "../clock.ts";
import type { Log } from "../log/mod.ts";
import { ALONE } from "../sharing.ts";
import type { TurnTaking } from "../turns.ts";
import type { KeptTokens, TokenSource } from "./token_store.ts";

/** Options of {@linkcode PromptTokens}. */
export interface PromptTokensOptions {
  readonly log: Log;
  /**
   * Lets it use the disk.
   *
   * @default {at once}
   */
  readonly disk?: TurnTaking;
  /**
   * How long a request waits for its token, in milliseconds.
   *
   * @default {1000}
   */
  readonly patienceMs?: number;
  /**
   * How long a look that has found a token is good for, in milliseconds. One that takes its place
   * meanwhile is found when the platform refuses the former one.
   *
   * @default {0}
   */
  readonly goodForMs?: number;
  /**
   * Says for how long.
   *
   * @default {systemClock}
   */
  readonly clock?: Clock;
}

/**
 * Tokens that never keep a request waiting. A disk that hangs must not stop the beats: the last
 * token that is known is sent instead, and what the disk says in the end holds from then on.
 */
export class PromptTokens implements TokenSource {
  readonly #source: KeptTokens;
  readonly #log: Log;
  readonly #patienceMs: number;
  readonly #goodForMs: number;
  readonly #clock: Clock;
  readonly #disk: TurnTaking;
  #asking: Promise<void> | undefined;
  #hangs = false;
  /** When the last look began that has ended, in milliseconds of the clock. */
  #lookedAt = -Infinity;

  /**
   * @param source Where the tokens come from, sooner or later.
   * @param options How long to wait, and where to say that it took longer.
   */
  constructor(source: KeptTokens, options: PromptTokensOptions) {
    this.#source = source;
    this.#log = options.log;
    this.#patienceMs = options.patienceMs ?? 1000;
    this.#goodForMs = options.goodForMs ?? 0;
    this.#clock = options.clock ?? systemClock;
    this.#disk = options.disk ?? ALONE.disk;
  }

  /** @inheritdoc */
  async current(): Promise<string | undefined> {
    const { latest } = this.#source;
    const isFresh = this.#clock.now() - this.#lookedAt < this.#goodForMs;
    if (latest !== undefined && isFresh) return latest;
    return await this.#within(() => this.#source.current());
  }

  /** @inheritdoc */
  async refresh(refused: string | undefined): Promise<string | undefined> {
    return await this.#within(() => this.#source.refresh(refused));
  }

  async #within(ask: () => Promise<unknown>): Promise<string | undefined> {
    // While one look hangs there is no second one: it would hang too, and hold a thread.
    const answer = this.#hangs ? this.#asking : this.#begin(ask);
    if (!await settlesWithin(answer, this.#patienceMs) && !this.#hangs) {
      this.#hangs = true;
      const instead = this.#source.latest === undefined
        ? "none is known, and requests go without"
        : "the last one that is known is used";
      this.#log.warn(
        `The token file takes longer than ${this.#patienceMs / 1000} s to read: ${instead} until ` +
          "its disk answers",
      );
    }
    return this.#source.latest;
  }

  #begin(ask: () => Promise<unknown>): Promise<void> {
    const began = this.#clock.now();
    const asking = this.#disk.take(ask).then(() => {
      this.#lookedAt = began;
      if (this.#hangs) this.#log.info("The token file can be read again");
      this.#hangs = false;
    });
    this.#asking = asking;
    return asking;
  }
}
