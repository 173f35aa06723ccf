import { settlesWithin } from "../clock.ts";
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
}

/**
 * Tokens that never keep a request waiting. A disk that hangs must not stop the beats: the last
 * token that is known is sent instead, and what the disk says in the end holds from then on.
 */
export class PromptTokens implements TokenSource {
  readonly #source: KeptTokens;
  readonly #log: Log;
  readonly #patienceMs: number;
  readonly #disk: TurnTaking;
  #asking: Promise<void> | undefined;
  #hangs = false;

  /**
   * @param source Where the tokens come from, sooner or later.
   * @param options How long to wait, and where to say that it took longer.
   */
  constructor(source: KeptTokens, options: PromptTokensOptions) {
    this.#source = source;
    this.#log = options.log;
    this.#patienceMs = options.patienceMs ?? 1000;
    this.#disk = options.disk ?? ALONE.disk;
  }

  /** @inheritdoc */
  async current(): Promise<string | undefined> {
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
    const asking = this.#disk.take(ask).then(() => {
      if (this.#hangs) this.#log.info("The token file can be read again");
      this.#hangs = false;
    });
    this.#asking = asking;
    return asking;
  }
}
