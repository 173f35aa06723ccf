import { parseResultLine } from "../../lib/delegations/result_record.ts";
import type { Aftermath } from "./aftermath.ts";
import { type Expected, keyOf } from "./results.ts";

/** What became of all results; each problem names what it is about. */
export interface Verdict {
  /** How many results there were. */
  readonly results: number;
  /** The keys of results that were never consumed. */
  readonly lost: readonly string[];
  /** Lines that are no result, or not as the platform gave it. */
  readonly torn: readonly string[];
  /** The keys of results that came more often than once, where nobody could have told. */
  readonly inWindow: readonly string[];
  /** The keys of results that came more often than is allowed. */
  readonly duplicated: readonly string[];
  /** Results that came before an older one of the same listing. */
  readonly disordered: readonly string[];
}

/** Keeps the books of what the platform has shown and the agent has taken. */
export class Ledger {
  readonly #expected = new Map<string, Expected>();
  readonly #batches: string[][] = [];
  /** How often each has come, and when it came first. */
  readonly #taken = new Map<string, { count: number; readonly place: number }>();
  readonly #windows = new Map<string, number>();
  readonly #torn: string[] = [];
  #lines = 0;

  /** How many results there are. */
  get size(): number {
    return this.#expected.size;
  }

  /** Adds results that are listed at once, the oldest first. */
  add(results: readonly Expected[]): void {
    this.#batches.push(results.map(keyOf));
    for (const result of results) this.#expected.set(keyOf(result), result);
  }

  /** Adds lines that the agent has taken, in their order. */
  take(lines: readonly string[]): void {
    for (const line of lines) {
      const place = this.#lines++;
      const key = this.#keyOf(line);
      if (key === undefined) {
        this.#torn.push(line);
        continue;
      }
      const before = this.#taken.get(key);
      this.#taken.set(key, { place: before?.place ?? place, count: (before?.count ?? 0) + 1 });
    }
  }

  /** Whether the agent has taken a result. */
  hasTaken(key: string): boolean {
    return this.#taken.has(key);
  }

  /** The keys of results that the agent has not taken, in the order of their listing. */
  untaken(): string[] {
    return [...this.#expected.keys()].filter((key) => !this.#taken.has(key));
  }

  /**
   * Allows a result to come once more: it was published, its commit was not in the journal when
   * the process was killed, and the agent has taken it before the next start: nobody can tell.
   *
   * @param aftermath What the killed process has left; not what was taken after it.
   */
  allow({ aside, uncommitted }: Pick<Aftermath, "aside" | "uncommitted">): void {
    for (const key of uncommitted) {
      // It is there for the next start to see, and the agent cannot take it before.
      if (aside.has(key)) continue;
      this.#windows.set(key, (this.#windows.get(key) ?? 0) + 1);
    }
  }

  /**
   * Closes the books.
   *
   * @param required The keys that must have come; all that were ever added by default.
   */
  verdict(required: Iterable<string> = this.#expected.keys()): Verdict {
    const surplus = [...this.#taken].filter(([, { count }]) => count > 1);
    const isAllowed = ([key, { count }]: typeof surplus[number]) =>
      count <= 1 + (this.#windows.get(key) ?? 0);
    return {
      results: this.size,
      lost: [...required].filter((key) => !this.#taken.has(key)),
      torn: this.#torn,
      inWindow: surplus.filter(isAllowed).map(([key]) => key),
      duplicated: surplus.filter((entry) => !isAllowed(entry)).map(([key]) => key),
      disordered: this.#batches.flatMap((batch) => this.#disorderedIn(batch)),
    };
  }

  #keyOf(line: string): string | undefined {
    const record = parseResultLine(line);
    if (record === undefined) return undefined;
    const expected = this.#expected.get(keyOf(record));
    const { timestamp, ...rest } = record;
    const isWhole = timestamp > 0 && JSON.stringify(rest) === JSON.stringify(expected);
    return isWhole ? keyOf(record) : undefined;
  }

  #disorderedIn(batch: readonly string[]): string[] {
    let last = -1;
    return batch.filter((key) => {
      const place = this.#taken.get(key)?.place;
      if (place === undefined) return false;
      const isEarly = place < last;
      last = Math.max(place, last);
      return isEarly;
    });
  }
}
