import type { Clock } from "../clock.ts";
import type { Log } from "../log/mod.ts";
import { ALONE, type Sharing } from "../sharing.ts";
import { counted } from "../text.ts";
import type { Vitals } from "../vitals/mod.ts";
import { DeliveryTrouble, FullError } from "./_delivery_trouble.ts";
import type { Journal } from "./journal.ts";
import type { JournalRecord } from "./journal_record.ts";
import type { TurnTaking } from "../turns.ts";
import { messageIdOf, type Result, resultKey, resultLine, type ResultName } from "./result.ts";
import type { ResultsOutput } from "./results_output.ts";
import { WaitingResults } from "./_waiting_results.ts";
import type { WriterLock } from "./writer_lock.ts";

/** The most bytes that are written at once, but for a single result that has more. */
const MOST_BATCH_BYTES = 1024 * 1024;
/** More than the platform lists: what the results file of a lost journal is searched for. */
const MOST_FOUND = 2000;

/** Options of {@linkcode Deliveries}. */
export interface DeliveriesOptions {
  /** Where results go. */
  readonly output: ResultsOutput;
  readonly journal: Journal;
  /** What keeps other processes out; undefined where there is nothing to share. */
  readonly lock: WriterLock | undefined;
  /** How large the output may grow while nobody takes what is in it, in bytes. */
  readonly maxBytes: number;
  /** Older results wake and tell nobody at the very first start, in milliseconds. */
  readonly replayMaxAgeMs: number;
  /** What it may take of what it shares; by default it is alone. */
  readonly sharing?: Pick<Sharing, "disk" | "waitingBytes">;
  /** Receives results that are safe, for the agent to be woken for; it may not wait. */
  readonly onUnwoken: (results: readonly ResultName[]) => void;
  /** Receives results that are safe, for the user to be told of; it may not wait. */
  readonly onUnnotified: (results: readonly Result[]) => void;
  /**
   * What is told of results that were written.
   *
   * @default {nobody}
   */
  readonly vitals?: Vitals;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Takes results to the agent, each of them once: it writes down what it is about to write (intent),
 * writes it to the output, and writes down that it has (commit). A process that is killed in
 * between looks into the output when it starts again: what is there is committed, what is not is
 * delivered again. What cannot be written waits in memory, and on the platform.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #trouble: DeliveryTrouble;
  readonly #waiting: WaitingResults;
  readonly #disk: TurnTaking;
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #isUpToDate = false;
  #openings = 0;
  /** Whether there may be results in the output that the journal does not know of. */
  #isInDoubt = false;

  /** @param options Where to, and who is told. */
  constructor(options: DeliveriesOptions) {
    this.#options = options;
    const { disk, waitingBytes } = options.sharing ?? ALONE;
    this.#disk = disk;
    this.#waiting = new WaitingResults(waitingBytes);
    this.#trouble = new DeliveryTrouble(options);
  }

  /** What has been delivered; it knows nothing before {@linkcode Deliveries.open}. */
  get journal(): Journal {
    return this.#options.journal;
  }

  /**
   * Takes the lock, reads the journal, and resolves what a former process has left undone. Once it
   * has succeeded it only makes sure that the lock is still held.
   *
   * @throws {WriterBusyError} Another process writes to the same output.
   * @throws {Error} Nothing can be delivered now; it can be tried again.
   */
  async open(): Promise<void> {
    await this.#disk.take(() => this.#opened());
  }

  async #opened(): Promise<void> {
    this.#opening ??= this.#open().finally(() => this.#opening = undefined);
    await this.#opening;
  }

  /** Whether the journal has been read, and all that a former process left undone is resolved. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How often the journal was opened: somebody else may have written to it each time before. */
  get openings(): number {
    return this.#openings;
  }

  /** How many results are known that have not been written: for want of a disk, or of their reply. */
  get pending(): number {
    const results = [...this.#waiting.all(), ...this.journal.state.intended()];
    return new Set(results.map(resultKey)).size;
  }

  /** Lets another process write to the output. */
  close(): void {
    this.#options.lock?.release();
  }

  /** Whether a result has been delivered. */
  has(name: ResultName): boolean {
    return this.journal.state.isWritten(resultKey(name));
  }

  /**
   * Delivers results, and those that still wait from before. It never throws: what cannot be
   * delivered now is delivered by a later call, or has to be shown again.
   *
   * @param results What the platform shows; what has been delivered before is left out.
   * @returns Whether all of it is delivered, and nothing waits any more.
   */
  async deliver(results: readonly Result[]): Promise<boolean> {
    return await this.#disk.take(() => this.#deliver(results));
  }

  async #deliver(results: readonly Result[]): Promise<boolean> {
    try {
      await this.#opened();
      for (const result of results) {
        if (this.#wait(result)) continue;
        await this.#deliverWaiting(); // makes room
        this.#wait(result);
      }
      await this.#deliverWaiting();
      await this.journal.catchUp();
    } catch (error) {
      const isFull = results.filter((result) => !this.#wait(result)).length > 0;
      this.#trouble.failed(error, { count: this.#waiting.size, isFull });
      return false;
    }
    this.#trouble.succeeded();
    return true;
  }

  /**
   * Delivers what the platform lists of our delegations, as {@linkcode Deliveries.deliver} does. The
   * first time of all ends the very first start: what is old from then on was never seen before.
   *
   * @param results All that it lists.
   * @returns Whether all of it is delivered, and nothing waits any more.
   */
  async deliverListing(results: readonly Result[]): Promise<boolean> {
    if (!await this.deliver(results)) return false;
    if (!this.journal.state.hasStarted) await this.note([{ started: true }]);
    return true;
  }

  /**
   * Adds to the journal what has happened already, as {@linkcode Journal.note} does, and writes it when
   * it may use the disk.
   *
   * @param records The records.
   */
  async note(records: readonly JournalRecord[]): Promise<void> {
    await this.journal.note(records, this.#disk);
  }

  /**
   * Makes sure that results survive a crash although they are not to be delivered yet: the platform
   * may not list them again.
   *
   * @param results The results; a later {@linkcode Deliveries.deliver} gets them again.
   */
  async hold(results: readonly Result[]): Promise<void> {
    if (!this.#isOpen) return;
    await this.#disk.take(async () => {
      try {
        await this.#opened(); // or another process may have the journal by now
      } catch {
        return; // the next delivery tells why
      }
      await this.journal.note([{ intent: results }]);
    });
  }

  async #open(): Promise<void> {
    const { journal, lock, log, onUnnotified, onUnwoken, output } = this.#options;
    // Whoever has lost the lock for a while may not know what another process wrote meanwhile.
    if (await lock?.acquire()) this.#isUpToDate = false;
    if (this.#isUpToDate) return;
    this.#openings++;
    const { isIncomplete, wasRead } = await journal.open();
    this.#isUpToDate = this.#isOpen && !wasRead;
    if (this.#isUpToDate) return;
    this.#isInDoubt ||= isIncomplete || journal.state.intended().length > 0;
    if (this.#isInDoubt) {
      const unread = [...await output.unreadKeys()];
      const written = unread.filter((key, index) =>
        !journal.state.isWritten(key) &&
        (journal.state.isIntended(key) || index >= unread.length - MOST_FOUND)
      );
      // A fact, also where the disk is too full to write it down.
      if (written.length > 0) await journal.note([{ written }]);
      this.#isInDoubt = false;
    }
    await output.open();
    for (const result of journal.state.intended()) this.#wait(result);
    // Shown while the journal could not be read: it may know them.
    for (const result of this.#waiting.all()) {
      if (this.has(result)) this.#waiting.remove(result);
    }
    this.#isOpen = true;
    this.#isUpToDate = true;
    const unwoken = journal.state.unwoken();
    if (unwoken.length > 0) {
      log.info(`${counted(unwoken.length, "result")} had not been woken for before this start`);
      onUnwoken(unwoken);
    }
    const unnotified = journal.state.unnotified();
    if (unnotified.length > 0) onUnnotified(unnotified);
  }

  async #deliverWaiting(): Promise<void> {
    while (this.#waiting.size > 0) await this.#deliverBatch();
  }

  /**
   * Remembers a result until it is delivered; the newest look at it may have found its reply.
   *
   * @returns Whether there is room for it.
   */
  #wait(result: Result): boolean {
    return this.has(result) || this.#waiting.add(result);
  }

  /** Delivers as much of what waits as the output has room for. */
  async #deliverBatch(): Promise<void> {
    const { journal, log, onUnnotified, onUnwoken, output, vitals } = this.#options;
    const { results, lines } = await this.#batch();
    const intent = results.filter((result) => !journal.state.isIntended(resultKey(result)));
    if (intent.length > 0) await journal.append([{ intent }]);
    await output.append(lines);
    const written = results.map(resultKey);
    const history = results.filter((result) => this.#isHistory(result));
    const loud = results.filter((result) => !history.includes(result));
    // What a peer has said is the agent's to tell (contract 8, #384).
    const told = loud.filter((result) => messageIdOf(result) === undefined);
    const untold = results.filter((result) => !told.includes(result)).map(resultKey);
    await journal.note([
      ...history.length > 0 ? [{ woken: history.map(resultKey) }] : [],
      ...untold.length > 0 ? [{ notified: untold }] : [],
      { written },
    ]);
    for (const result of results) this.#waiting.remove(result);
    vitals?.resultsDelivered(results.length);
    log.info(`Delivered ${counted(results.length, "new result")} to ${output.name}`);
    onUnwoken(loud);
    onUnnotified(told);
  }

  /** The oldest that wait, as many as there is room for; the first always, where nothing is. */
  async #batch(): Promise<{ results: Result[]; lines: string }> {
    const { maxBytes, output } = this.#options;
    const epochSeconds = Date.now() / 1000;
    const results: Result[] = [];
    let lines = "";
    const unread = await output.unreadBytes();
    for (const result of this.#waiting.all()) {
      const line = resultLine(result, epochSeconds); // ASCII: as many bytes as characters
      const bytes = lines.length + line.length;
      const isFirst = unread + lines.length === 0;
      if (!isFirst && unread + bytes > maxBytes) break;
      if (lines !== "" && bytes > MOST_BATCH_BYTES) break;
      results.push(result);
      lines += line;
    }
    if (results.length > 0) return { results, lines };
    throw new FullError(
      `${output.name} has reached its limit of ${maxBytes} bytes (--results-max-bytes), since ` +
        "nobody takes what is in it",
    );
  }

  /** Whether a result is older than anybody waits for, at the very first start. */
  #isHistory({ changedAt }: Result): boolean {
    if (this.journal.state.hasStarted || changedAt === undefined) return false;
    return Date.now() - changedAt > this.#options.replayMaxAgeMs;
  }
}
