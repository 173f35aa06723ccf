import { parseResultLine } from "../../lib/delegations/result_record.ts";
import { Ledger, type Verdict } from "../stress/ledger.ts";
import { type Expected, keyOf } from "../stress/results.ts";

/** The platform lists 50 rows: so many may be younger than a result that the agent does not have. */
const MOST_ROWS = 40;
/** What the id of a result begins with that came as a message. */
const MESSAGE = "message:";

/** What became of messages. */
export interface MessageVerdict {
  readonly sent: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Keeps the books of what was delegated to whom, and what of it the agent has got. */
export class Books {
  readonly #ledger = new Ledger();
  /** Where in the listing each result's row is that the agent may not have. */
  readonly #places = new Map<string, number>();
  readonly #messages = new Map<string, number>();
  #rows = 0;

  /** Whether the listing has room for some more rows. */
  get hasRoom(): boolean {
    for (const key of this.#places.keys()) {
      if (this.#ledger.hasTaken(key)) this.#places.delete(key);
    }
    const oldest = Math.min(this.#rows, ...this.#places.values());
    return this.#rows - oldest < MOST_ROWS;
  }

  /** Whether the agent has got all. */
  get isComplete(): boolean {
    return this.#ledger.untaken().length === 0 &&
      [...this.#messages.values()].every((count) => count > 0);
  }

  /** How many results were shown. */
  get shown(): number {
    return this.#ledger.size;
  }

  /**
   * Adds rows to the listing.
   *
   * @param count How many.
   */
  list(count: number): void {
    this.#rows += count;
  }

  /**
   * Keeps the place of a row that will be a result.
   *
   * @param key The result's.
   */
  keep(key: string): void {
    this.#places.set(key, this.#rows);
  }

  /**
   * Adds results that are listed now, the oldest first.
   *
   * @param results What they must look like.
   */
  show(results: readonly Expected[]): void {
    this.#ledger.add(results);
    for (const key of results.map(keyOf)) {
      if (!this.#places.has(key)) this.keep(key);
    }
  }

  /**
   * Adds a message that was sent.
   *
   * @param id The id of its row.
   */
  send(id: string): void {
    this.#messages.set(id, 0);
  }

  /**
   * Adds what the agent has taken.
   *
   * @param lines The lines, in their order.
   */
  take(lines: readonly string[]): void {
    this.#ledger.take(lines.filter((line) => {
      const id = parseResultLine(line)?.delegation_id ?? "";
      const count = this.#messages.get(id.slice(MESSAGE.length));
      if (!id.startsWith(MESSAGE) || count === undefined) return true;
      this.#messages.set(id.slice(MESSAGE.length), count + 1);
      return false;
    }));
  }

  /**
   * Closes the books.
   *
   * @param options Whether it was interrupted: what has not come is not lost then.
   */
  verdict(
    { isInterrupted = false } = {},
  ): { readonly results: Verdict; readonly messages: MessageVerdict } {
    const counts = [...this.#messages.values()];
    return {
      results: this.#ledger.verdict(isInterrupted ? [] : undefined),
      messages: {
        sent: counts.length,
        lost: isInterrupted ? 0 : counts.filter((count) => count === 0).length,
        duplicated: counts.filter((count) => count > 1).length,
      },
    };
  }
}
