import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import type { Outcome, Sender } from "../platform/mod.ts";
import { counted } from "../text.ts";
import type { Vitals } from "../vitals/mod.ts";
import { type ActivityEntry, readActivityEntry } from "./activity_results.ts";
import { type ActivityBatch, ActivitySource } from "./activity_source.ts";
import type { Deliveries } from "./deliveries.ts";
import type { ActivityCursor } from "./journal_record.ts";
import { messageResultId, type Result, resultKey } from "./result.ts";

/** As many pages as one poll reads; the next one goes on where it stops. */
const MOST_PAGES = 10;

/** Options of {@linkcode ActivityPoll}. */
export interface ActivityPollOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
  /** Takes the results to the agent, and remembers up to where messages have been read. */
  readonly deliveries: Deliveries;
  /**
   * What is told of rows that are not delivered.
   *
   * @default {nobody}
   */
  readonly vitals?: Vitals;
  readonly log: Log;
  readonly clock: Clock;
}

/** What became of one poll of the messages. */
export interface ActivityReport {
  /** What became of the last request. */
  readonly outcome: Outcome;
  /** Whether there are results that could not be written. */
  readonly failedToWrite: boolean;
}

type Rows = Extract<ActivityBatch, { kind: "rows" }>;

/**
 * Notices results among the messages that the workspace was sent, where they never reach the listing
 * of delegations (contract 3.3). Up to where they have been read is written to the journal, after
 * they are delivered. Where the platform cannot list just what came after that, its newest are read,
 * and what the journal does not know is new; what does not come in time stays to be read.
 */
export class ActivityPoll {
  readonly #options: ActivityPollOptions;
  readonly #source: ActivitySource;
  readonly #trouble: Episode;
  #malformed = 0;
  #saidForgotten = false;
  #saidSlow = false;

  /** @param options Where messages come from, and where results go. */
  constructor(options: ActivityPollOptions) {
    this.#options = options;
    this.#source = new ActivitySource(options);
    this.#trouble = new Episode("Reading the workspace's messages", options);
  }

  /**
   * Reads the messages that came in since the last time, and delivers the results among them. Whoever
   * reads them for the first time begins with what comes next: all that is there already was somebody
   * else's to answer.
   *
   * @param signal Gives the request up, but never an append.
   * @returns What became of it; undefined when nothing can be delivered now, so that nothing is read:
   * nobody knows up to where messages have been read before the journal is.
   */
  async poll(signal: AbortSignal): Promise<ActivityReport | undefined> {
    const { deliveries } = this.#options;
    if (!deliveries.isOpen && !await deliveries.deliver([])) return undefined;
    for (let pages = 1; true; pages++) {
      const { cursor } = deliveries.journal.state;
      const batch = cursor === undefined
        ? await this.#source.newest({ isKnown: () => true, signal })
        : await this.#source.after(cursor.id, { isKnown: this.#isKnown(cursor), signal });
      if (batch.kind === "failed") return this.#failed(batch.outcome);
      this.#trouble.succeeded();
      const isDelivered = cursor === undefined
        ? await this.#adopt(batch)
        : await this.#deliver(batch, cursor);
      const { hasMore, outcome } = batch;
      const hasMoved = deliveries.journal.state.cursor?.id !== cursor?.id;
      if (!isDelivered || !hasMore || !hasMoved || pages === MOST_PAGES) {
        return { outcome, failedToWrite: !isDelivered };
      }
    }
  }

  /** Takes note of what is there already, so that none of it is ever new. */
  async #adopt({ isAll, rows }: Rows): Promise<boolean> {
    const { deliveries } = this.#options;
    if (!await deliveries.deliver([])) return false; // the journal is ours, and can be written
    const entries = this.#read(rows);
    // What is not among them came in before the oldest of them.
    const times = entries.flatMap(({ createdAt }) => createdAt ?? []);
    // By the rows: the outcome of a delegation that is among them may still have to be delivered,
    // when it is listed.
    const done = entries.flatMap(({ id, result }) =>
      id === undefined || result === undefined ? [] : rowKey(id)
    );
    await deliveries.note([
      ...done.length > 0 ? [{ done }] : [],
      { cursor: { id: lastId(entries) ?? "", since: isAll ? 0 : Math.min(...times, Date.now()) } },
    ]);
    return true;
  }

  async #deliver(batch: Rows, cursor: ActivityCursor): Promise<boolean> {
    const { deliveries } = this.#options;
    const entries = this.#read(batch.rows);
    const fresh = batch.isBehindCursor
      ? entries
      : entries.filter(({ createdAt = cursor.since }) => createdAt >= cursor.since);
    const results = resultsOf(fresh.filter(({ id }) => !this.#wasThere(id)))
      .filter((result) => !deliveries.has(result));
    const { id, since } = cursor;
    const hasGap = batch.gap === "too_slow";
    // Before they are delivered: from then on they do not tell any more what has been read.
    if (hasGap && cursor.hasGap !== true) {
      await deliveries.note([{ cursor: { id, since, hasGap } }]);
    }
    if (!await deliveries.deliver(results)) return false;
    const last = lastId(entries) ?? (batch.isBehindCursor ? id : "");
    if (!hasGap && (last !== id || cursor.hasGap)) {
      await deliveries.note([{ cursor: { id: last, since } }]);
    }
    deliveries.journal.forgetMessages();
    this.#tellOfGap(batch);
    return true;
  }

  /** Whether a row was there at the last poll, as far as anybody can tell. */
  #isKnown({ hasGap, id, since }: ActivityCursor): (row: unknown) => boolean {
    const { workspaceId } = this.#options;
    return (row) => {
      const { createdAt = since, ...entry } = readActivityEntry(row, workspaceId);
      // An outcome that has been delivered may have come from the listing.
      return entry.id === id || createdAt < since || hasGap !== true && this.#wasThere(entry.id);
    };
  }

  /** Whether a row was there when messages were read for the first time, or was delivered since. */
  #wasThere(id: string | undefined): boolean {
    return id !== undefined && this.#options.deliveries.journal.state.isWritten(rowKey(id));
  }

  #read(rows: readonly unknown[]): readonly ActivityEntry[] {
    const { log, vitals, workspaceId } = this.#options;
    const entries = rows.map((row) => readActivityEntry(row, workspaceId));
    const malformed = entries.filter(({ isMalformed }) => isMalformed).length;
    // Fewer than before only says that some are no longer listed.
    if (malformed > this.#malformed) {
      vitals?.rowsRejected(malformed - this.#malformed);
      log.warn(`Skipped ${counted(malformed, "malformed row")} of the workspace's messages`);
    }
    this.#malformed = malformed;
    return entries;
  }

  #tellOfGap({ gap, isBehindCursor, rows }: Rows): void {
    const { log } = this.#options;
    if (this.#saidSlow && gap !== "too_slow") {
      if (gap === undefined) log.info("The messages that did not come in time have been read");
      this.#saidSlow = false;
    }
    switch (gap) {
      case "forgotten":
        if (this.#saidForgotten) return;
        this.#saidForgotten = true;
        log.info(
          "The platform does not know any more up to where messages were read: reading on from " +
            "those that it has",
        );
        return;
      case "too_long":
        log.error(
          "A message of the workspace is too long to be read: it is skipped, and with it what came " +
            `before the newest ${rows.length} and was not read yet`,
        );
        return;
      case "too_slow":
        if (!this.#saidSlow) {
          log.warn(
            `More than the newest ${rows.length} messages do not come in time: what came before ` +
              "them is asked for again with every few polls",
          );
        }
        this.#saidSlow = true;
        return;
      case "too_many":
        log.error(
          `More messages have come in than the platform lists at once: only its newest ${rows.length} ` +
            "could be read",
        );
    }
    if (isBehindCursor) this.#saidForgotten = false;
  }

  #failed(outcome: Outcome): ActivityReport {
    const what = outcome.kind === "ok"
      ? "answered with something else than a list"
      : outcome.detail;
    this.#trouble.failed(
      `The workspace's messages cannot be read: ${what}; the next poll tries again`,
      outcome.kind === "unauthorized" ? outcome.kind : undefined,
    );
    return { outcome, failedToWrite: false };
  }
}

function resultsOf(entries: readonly ActivityEntry[]): Result[] {
  return entries.flatMap(({ result }) => result ?? []);
}

/** What a row is known by, whatever it is: the key of the message that it may be. */
function rowKey(id: string): string {
  return resultKey({ delegationId: messageResultId(id), status: "completed" });
}

function lastId(entries: readonly ActivityEntry[]): string | undefined {
  return entries.findLast(({ id }) => id !== undefined)?.id;
}
