import type { Outcome, OutcomeKind } from "../platform/mod.ts";
import type { LastOutcome, RequestSigns } from "./vital_signs.ts";

/** Counts what becomes of requests of a kind. */
export class Tally {
  readonly #byOutcome = new Map<OutcomeKind, number>();
  #succeeded = 0;
  #failed = 0;
  #last: LastOutcome | undefined;
  #lastSucceededAt: number | undefined;

  /**
   * Counts one.
   *
   * @param outcome What became of it.
   * @param options `at`: when, in epoch milliseconds; `seconds`: how long it took.
   */
  add(
    { detail, httpStatus, kind }: Outcome,
    { at, hasSucceeded, seconds }: {
      readonly at: number;
      readonly hasSucceeded: boolean;
      readonly seconds: number;
    },
  ): void {
    this.#byOutcome.set(kind, (this.#byOutcome.get(kind) ?? 0) + 1);
    this.#last = { kind, httpStatus, detail, at, seconds };
    if (hasSucceeded) {
      this.#succeeded++;
      this.#lastSucceededAt = at;
    } else {
      this.#failed++;
    }
  }

  /** How the last one ended; undefined before the first. */
  get lastKind(): OutcomeKind | undefined {
    return this.#last?.kind;
  }

  /** What it has counted. */
  signs(): RequestSigns {
    return {
      succeeded: this.#succeeded,
      failed: this.#failed,
      byOutcome: new Map(this.#byOutcome),
      last: this.#last,
      lastSucceededAt: this.#lastSucceededAt,
    };
  }
}
