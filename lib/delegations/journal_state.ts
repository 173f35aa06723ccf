import type { ActivityCursor, JournalRecord } from "./journal_record.ts";
import { messageIdOf, type Result, resultKey, type ResultName, resultName } from "./result.ts";
import { forgetOldest, Seen } from "./seen.ts";

/** How many results share a line: one that is damaged costs no more than these. */
const PER_LINE = 50;
/**
 * How many messages are remembered: as many as the platform lists at once (contract 1.10), and as many
 * that came in later, but were read before some of those.
 */
const KEPT_MESSAGES = 1000;
/** How many wakes are remembered: more than an hour may have. */
const KEPT_WAKES = 60;

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
  readonly #delegations = new Map<string, Progress>();
  /** Apart from them: however many messages come, no delegation is forgotten for it. */
  readonly #messages = new Map<string, Progress>();
  readonly #warned = new Seen();
  #hasStarted = false;
  #cursor: ActivityCursor | undefined;
  #wakes: readonly number[] = [];

  /** Up to where messages have been read; undefined when none ever were. */
  get cursor(): ActivityCursor | undefined {
    return this.#cursor;
  }

  /** When the agent was woken, in epoch milliseconds: the last 60 times. */
  get wakes(): readonly number[] {
    return this.#wakes;
  }

  /** Whether the first poll of all has been delivered. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** How many results are remembered. */
  get size(): number {
    return this.#delegations.size + this.#messages.size;
  }

  /** Whether a result is in the results file, or was. */
  isWritten(key: string): boolean {
    return this.#holding(key).get(key)?.isWritten ?? false;
  }

  /** Whether a result was about to be written, and nobody can tell whether it was. */
  isIntended(key: string): boolean {
    const progress = this.#holding(key).get(key);
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
    return this.#all()
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
      for (const key of record.done) this.#holding(key).set(key, DONE);
    } else if ("warned" in record) {
      for (const id of record.warned) this.#warned.add(id);
    } else if ("cursor" in record) {
      this.#cursor = record.cursor;
    } else if ("wakes" in record) {
      // What memory adds to what was read holds some of them twice.
      this.#wakes = [...new Set([...this.#wakes, ...record.wakes])].slice(-KEPT_WAKES);
    } else {
      this.#hasStarted = true;
    }
  }

  /**
   * Forgets the oldest delegations beyond the 2000 that are kept: neither what the platform lists
   * now, which would be delivered again, nor what has not been written.
   *
   * @param listed The keys of the results, and the ids of the delegations, that it lists.
   */
  forget(listed: ReadonlySet<string>): void {
    this.#warned.forget(listed);
    forgetOldest(this.#delegations, (key) => listed.has(key) || this.isIntended(key));
  }

  /** Forgets the oldest messages beyond the 1000 that are kept, but for what has not been written. */
  forgetMessages(): void {
    forgetOldest(this.#messages, (key) => this.isIntended(key), KEPT_MESSAGES);
  }

  /** The fewest records that add up to the same. */
  records(): JournalRecord[] {
    const { done = [], open = [] } = Object.groupBy(
      this.#all(),
      ([, progress]) => progress === DONE ? "done" : "open",
    );
    const keys = (chosen: (progress: Progress) => boolean) =>
      open.filter(([, progress]) => chosen(progress)).map(([key]) => key);
    const results = open.flatMap(([, { result }]) => result ?? []);
    const cursor = this.#cursor === undefined ? [] : [{ cursor: this.#cursor }];
    return [
      ...this.#hasStarted ? [{ started: true } as const] : [],
      ...cursor,
      ...this.#wakes.length === 0 ? [] : [{ wakes: this.#wakes }],
      ...parts(this.#warned.keys()).map((warned) => ({ warned })),
      ...parts(done.map(([key]) => key)).map((done) => ({ done })),
      ...parts(results).map((intent) => ({ intent })),
      ...parts(keys(({ isWoken }) => isWoken)).map((woken) => ({ woken })),
      ...parts(keys(({ isNotified }) => isNotified)).map((notified) => ({ notified })),
      ...parts(keys(({ isWritten }) => isWritten)).map((written) => ({ written })),
      ...cursor, // twice: a damaged line must not cost the messages behind it
    ];
  }

  #advance(key: string, step: Partial<Progress>): void {
    const holding = this.#holding(key);
    const progress: Progress = { ...holding.get(key) ?? UNKNOWN, ...step };
    const { isWritten, isWoken, isNotified } = progress;
    if (isWritten && isWoken && isNotified) holding.set(key, DONE);
    else if (isWritten && isNotified) holding.set(key, { ...progress, result: undefined });
    else holding.set(key, progress);
  }

  #results(chosen: (progress: Progress) => boolean): Result[] {
    return this.#all().map(([, progress]) => progress).filter(chosen)
      .flatMap(({ result }) => result ?? []);
  }

  #all(): [key: string, progress: Progress][] {
    return [...this.#delegations, ...this.#messages];
  }

  /** Which of the two holds a result. */
  #holding(key: string): Map<string, Progress> {
    const name = resultName(key);
    return name !== undefined && messageIdOf(name) !== undefined
      ? this.#messages
      : this.#delegations;
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
