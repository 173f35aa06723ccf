import type { JournalRecord } from "./journal_record.ts";
import { type Result, resultKey, type ResultName, resultName } from "./result.ts";
import { forgetOldest, Seen } from "./seen.ts";

/** How many results share a line: one that is damaged costs no more than these. */
const PER_LINE = 50;

/** How far a result has come. */
interface Progress {
  readonly isWritten: boolean;
  readonly isWoken: boolean;
  readonly isNotified: boolean;
  /** The result itself, while somebody still needs it. */
  readonly result: Result | undefined;
}

const UNKNOWN: Progress = {
  isWritten: false,
  isWoken: false,
  isNotified: false,
  result: undefined,
};
/** What most of them are: one object for all. */
const DONE: Progress = { isWritten: true, isWoken: true, isNotified: true, result: undefined };

/** What the journal's records add up to. The oldest results are forgotten first. */
export class JournalState {
  readonly #progress = new Map<string, Progress>();
  readonly #warned = new Seen();
  #hasStarted = false;

  /** Whether the first poll of all has been delivered. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** How many results are remembered. */
  get size(): number {
    return this.#progress.size;
  }

  /** Whether a result is in the results file, or was. */
  isWritten(key: string): boolean {
    return this.#progress.get(key)?.isWritten ?? false;
  }

  /** Whether a result was about to be written, and nobody can tell whether it was. */
  isIntended(key: string): boolean {
    const progress = this.#progress.get(key);
    return progress !== undefined && isIntended(progress);
  }

  /** Whether a warning of a delegation has been given. */
  isWarned(delegationId: string): boolean {
    return this.#warned.has(delegationId);
  }

  /** What was about to be written. */
  intended(): Result[] {
    return this.#results(isIntended);
  }

  /** What has been written and not been woken for. */
  unwoken(): ResultName[] {
    return [...this.#progress]
      .filter(([, { isWritten, isWoken }]) => isWritten && !isWoken)
      .flatMap(([key]) => resultName(key) ?? []);
  }

  /** What has been written, and the user has not been told of. */
  unnotified(): Result[] {
    return this.#results(({ isWritten, isNotified }) => isWritten && !isNotified);
  }

  /** Adds one record. */
  apply(record: JournalRecord): void {
    if ("intent" in record) {
      for (const result of record.intent) this.#advance(resultKey(result), { result });
    } else if ("written" in record) {
      for (const key of record.written) this.#advance(key, { isWritten: true });
    } else if ("woken" in record) {
      for (const key of record.woken) this.#advance(key, { isWoken: true });
    } else if ("notified" in record) {
      for (const key of record.notified) this.#advance(key, { isNotified: true });
    } else if ("done" in record) {
      for (const key of record.done) this.#progress.set(key, DONE);
    } else if ("warned" in record) {
      for (const id of record.warned) this.#warned.add(id);
    } else {
      this.#hasStarted = true;
    }
  }

  /**
   * Forgets the oldest beyond the 2000 that are kept: neither what the platform lists now, which
   * would be delivered again, nor what has not been written.
   *
   * @param listed The keys of the results, and the ids of the delegations, that it lists.
   */
  forget(listed: ReadonlySet<string>): void {
    this.#warned.forget(listed);
    forgetOldest(this.#progress, (key) => listed.has(key) || this.isIntended(key));
  }

  /** The fewest records that add up to the same. */
  records(): JournalRecord[] {
    const all = [...this.#progress];
    const keys = (chosen: (progress: Progress) => boolean) =>
      all.filter(([, progress]) => chosen(progress)).map(([key]) => key);
    const isOpen = (progress: Progress) => progress !== DONE;
    const results = all.flatMap(([, { result }]) => result ?? []);
    return [
      ...this.#hasStarted ? [{ started: true } as const] : [],
      ...parts(this.#warned.keys()).map((warned) => ({ warned })),
      ...parts(keys((progress) => !isOpen(progress))).map((done) => ({ done })),
      ...parts(results).map((intent) => ({ intent })),
      ...parts(keys((progress) => isOpen(progress) && progress.isWoken))
        .map((woken) => ({ woken })),
      ...parts(keys((progress) => isOpen(progress) && progress.isNotified))
        .map((notified) => ({ notified })),
      ...parts(keys((progress) => isOpen(progress) && progress.isWritten))
        .map((written) => ({ written })),
    ];
  }

  #advance(key: string, step: Partial<Progress>): void {
    const { isWritten, isWoken, isNotified, result } = {
      ...UNKNOWN,
      ...this.#progress.get(key),
      ...step,
    };
    if (isWritten && isWoken && isNotified) {
      this.#progress.set(key, DONE);
      return;
    }
    const needed = isWritten && isNotified ? undefined : result;
    this.#progress.set(key, { isWritten, isWoken, isNotified, result: needed });
  }

  #results(chosen: (progress: Progress) => boolean): Result[] {
    return [...this.#progress.values()].filter(chosen).flatMap(({ result }) => result ?? []);
  }
}

/** One without the result itself has lost it to a damaged line: the platform lists it, or nobody. */
function isIntended({ isWritten, result }: Progress): boolean {
  return !isWritten && result !== undefined;
}

function parts<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / PER_LINE);
  return Array.from(
    { length: count },
    (_, index) => items.slice(index * PER_LINE, (index + 1) * PER_LINE),
  );
}
