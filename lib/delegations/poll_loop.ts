import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import {
  askedWait,
  type Contact,
  delegationsRequest,
  isUnreachable,
  type Outcome,
  type Sender,
} from "../platform/mod.ts";
import { nextTurn, ownPlaces } from "../schedule.ts";
import { counted, neutralise } from "../text.ts";
import { type SpanNotes, traced } from "../tracing.ts";
import type { Vitals } from "../vitals/mod.ts";
import { isOver, isSettled, isToldOf } from "./_left_to_do.ts";
import { SettledListing } from "./_settled_listing.ts";
import type { ActivityPoll } from "./activity_poll.ts";
import type { Deliveries } from "./deliveries.ts";
import { type Result, resultKey } from "./result.ts";
import { type ForeignRow, isBare, type Listing, readListing } from "./rows.ts";
import { Seen } from "./seen.ts";

/** Options of {@linkcode PollLoop}. */
export interface PollLoopOptions {
  readonly workspaceId: string;
  /** Milliseconds between polls. */
  readonly intervalMs: number;
  /**
   * When the first poll comes, as a part of the interval.
   *
   * @default {anywhere in the interval}
   */
  readonly phase?: number;
  readonly sender: Sender;
  /** Says whether the platform can be reached; there is no poll while it cannot. */
  readonly contact: Contact;
  /** Takes the results to the agent. */
  readonly deliveries: Pick<
    Deliveries,
    "deliverListing" | "has" | "hold" | "journal" | "note" | "openings"
  >;
  /** Notices those that are not listed; undefined when nobody is to look for them. */
  readonly activity?: ActivityPoll | undefined;
  /** Learns, once for as long as it lasts, that the token is refused; it may not wait. */
  readonly onRefused?: () => void;
  /**
   * What is told of each poll, and of rows that are not delivered.
   *
   * @default {nobody}
   */
  readonly vitals?: Vitals;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * Random numbers in [0, 1).
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** What became of one poll. */
export interface PollReport {
  /** What became of the request. */
  readonly outcome: Outcome;
  /** Whether there are results that could not be written. */
  readonly failedToWrite: boolean;
}

/** How one poll is done. */
interface PollingOptions {
  readonly grace: boolean;
  /** What the poll's span tells. */
  readonly notes: SpanNotes;
}

/**
 * After so many places in a row without a poll, it comes as soon as it may: the platform counts requests
 * by the minute, and a grid of 30 s can meet each minute's end, when nothing is let through, for ever.
 * An outage of whatever length is one.
 */
const MOST_MISSED = 2;
/** How soon that is after what the platform asks for, or half an interval, as a part of the interval. */
const SOON = 0.1;
/** Who has waited for so long in a busy target's queue may wait for ever (contract 3.2). */
const LONG_QUEUED_MS = 30 * 60 * 1000;

/** Notices results, and hands them over to be delivered. */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #random: () => number;
  readonly #phase: number;
  readonly #warnedOf = new Seen();
  readonly #pollTrouble: Episode;
  readonly #settled: SettledListing;
  /** What had no reply yet when the last poll saw it, by its key. */
  #bare: ReadonlyMap<string, Result> = new Map();
  #malformed = 0;
  #missedOnce = false;
  #isRefused = false;

  /** @param options Where results come from, and where they go. */
  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#phase = options.phase ?? ownPlaces(this.#random()).poll;
    this.#pollTrouble = new Episode("Polling for results", options);
    this.#settled = new SettledListing(options.deliveries, options.clock);
  }

  /**
   * Polls until the signal aborts, each time at its place on a grid. What falls into a time in which the
   * platform cannot be reached, or wants to be left alone, is left out: if all who had to wait polled as
   * soon as they may, a fleet would do it as one. That is not done for ever, though.
   *
   * @param signal Ends the loop; an append that is under way is finished first.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, contact, intervalMs } = this.#options;
    const gridStart = clock.now() + intervalMs * this.#phase;
    let due = gridStart;
    let missed = 0;
    while (!signal.aborted) {
      await clock.sleep(due - clock.now(), signal);
      const wasLost = contact.lost;
      await contact.regained(signal);
      if (signal.aborted) return;
      const began = clock.now();
      const isLeftOut = wasLost && missed < MOST_MISSED;
      const asked = isLeftOut ? 0 : await this.#pollInTurn(signal);
      missed = isLeftOut || asked > 0 ? missed + 1 : 0;
      const last = asked > 0 ? clock.now() + asked : began;
      const random = this.#random();
      due = missed > MOST_MISSED
        ? Math.max(last, began + intervalMs / 2) + random * SOON * intervalMs
        : nextTurn({ gridStart, intervalMs, last, random });
    }
  }

  /**
   * Polls, and keeps nothing of the listing, which may be long, until the next time.
   *
   * @returns How long the platform asked to wait, in milliseconds.
   */
  async #pollInTurn(signal: AbortSignal): Promise<number> {
    const { outcome } = await this.poll(signal, { grace: true });
    return outcome.kind === "ok" ? 0 : askedWait(outcome.retryAfterSeconds);
  }

  /**
   * Polls once, and delivers what is new.
   *
   * @param signal Gives the request up, but never an append.
   * @param options `grace`: whether a completed delegation without a reply may wait for one more
   * poll, since its reply may be about to be inserted.
   */
  async poll(signal: AbortSignal, { grace }: { grace: boolean }): Promise<PollReport> {
    return await traced("poll", this.#options.workspaceId, async (notes) => {
      const report = await this.#pollAll(signal, { grace, notes });
      notes.ended(report.outcome);
      return report;
    });
  }

  async #pollAll(signal: AbortSignal, options: PollingOptions): Promise<PollReport> {
    const listed = await this.#pollListing(signal, options);
    const { kind } = listed.outcome;
    // Who cannot be asked now is not asked for more.
    if (isUnreachable(listed.outcome) || kind === "unauthorized" || kind === "rate_limited") {
      return listed;
    }
    const activity = await this.#options.activity?.poll(signal);
    return {
      outcome: kind === "ok" && activity !== undefined ? activity.outcome : listed.outcome,
      failedToWrite: listed.failedToWrite || activity?.failedToWrite === true,
    };
  }

  async #pollListing(
    signal: AbortSignal,
    { grace, notes }: PollingOptions,
  ): Promise<PollReport> {
    const { clock, deliveries, sender, vitals, workspaceId } = this.#options;
    const began = clock.now();
    const request = delegationsRequest(workspaceId, this.#settled.known);
    const outcome = await sender.send(request, { signal });
    vitals?.pollEnded(outcome, (clock.now() - began) / 1000);
    const { body, isUnchanged = false, kind, mark } = outcome;
    const rows = isUnchanged ? [] : body;
    if (kind !== "ok" || !Array.isArray(rows)) {
      this.#failed(outcome);
      return { outcome, failedToWrite: false };
    }
    this.#missedOnce = false;
    this.#isRefused = false;
    this.#pollTrouble.succeeded();
    if (mark !== undefined) this.#settled.cameWhole(mark);
    if (isUnchanged) {
      notes.results(0);
      return { outcome, failedToWrite: !await deliveries.deliverListing([]) };
    }
    const listing = readListing(rows, workspaceId);
    this.#tellOddities(listing);
    const fresh = await this.#fresh(listing, grace);
    notes.results(fresh.length);
    const failedToWrite = !await deliveries.deliverListing(fresh);
    await this.#warnOfQueued(listing);
    deliveries.journal.forget(
      new Set([
        ...listing.results.map(resultKey),
        ...listing.queued.map(({ delegationId }) => delegationId),
      ]),
    );
    this.#settled.settle(isSettled(listing, deliveries) ? mark : undefined);
    return { outcome, failedToWrite };
  }

  /** The results to deliver now. */
  async #fresh({ results }: Listing, grace: boolean): Promise<Result[]> {
    const { deliveries } = this.#options;
    const unseen = results.filter((result) => !isOver(result, deliveries));
    if (!grace) return unseen;
    const before = this.#bare;
    const bare = unseen.filter(isBare);
    // Those whose grace is over stay in it: a disk that fails must not grant them another.
    this.#bare = new Map(bare.map((result) => [resultKey(result), result]));
    const waiting = bare.filter((result) => !before.has(resultKey(result)));
    if (waiting.length > 0) await deliveries.hold(waiting);
    const listed = new Set(results.map(resultKey));
    const gone = [...before].filter(([key]) => !listed.has(key)).map(([, result]) => result);
    return [...gone, ...unseen.filter((result) => !waiting.includes(result))];
  }

  #failed(outcome: Outcome): void {
    if (outcome.kind === "unauthorized" && !this.#isRefused) {
      this.#isRefused = true;
      this.#options.onRefused?.();
    }
    // The next beat finds out whether the platform is there at all, and says so for both.
    if (isUnreachable(outcome) && !this.#pollTrouble.lasts && !this.#missedOnce) {
      this.#missedOnce = true;
      this.#options.log.debug(`A poll for results failed: ${outcome.detail}`);
      return;
    }
    const what = outcome.kind === "ok"
      ? "answered with something else than a list"
      : outcome.detail;
    this.#pollTrouble.failed(
      `Results cannot be asked for: ${what}${pollRemedy(outcome)}`,
      outcome.kind === "unauthorized" ? outcome.kind : undefined,
    );
  }

  /** Says, once, what is odd about the rows. */
  #tellOddities({ foreign, malformed }: Listing): void {
    const { log, vitals } = this.#options;
    // Fewer than before only says that some are no longer listed.
    if (malformed > this.#malformed) {
      vitals?.rowsRejected(malformed - this.#malformed);
      log.warn(`Skipped ${counted(malformed, "malformed row")} of the platform's delegations`);
    }
    this.#malformed = malformed;
    for (const row of foreign) this.#warnOf(row);
    this.#warnedOf.forget(new Set(foreign.map(({ delegationId }) => delegationId)));
  }

  /** Says, once, that a delegation has been queued for long: nobody else ever will (D26). */
  async #warnOfQueued({ queued }: Listing): Promise<void> {
    const { deliveries, log } = this.#options;
    const warned: string[] = [];
    for (const { delegationId, since } of queued) {
      const minutes = Math.floor((Date.now() - since) / 60_000);
      const isLong = minutes * 60_000 >= LONG_QUEUED_MS;
      if (!isLong || isToldOf(delegationId, deliveries)) continue;
      log.warn(
        `Delegation '${neutralise(delegationId, 64)}' has been queued for ${minutes} min: its ` +
          "target is busy and may never get to it: delegate it again, or to somebody else",
      );
      warned.push(delegationId);
    }
    if (warned.length > 0) await deliveries.note([{ warned }]);
  }

  #warnOf({ delegationId, sourceId }: ForeignRow): void {
    if (this.#warnedOf.has(delegationId)) return;
    this.#warnedOf.add(delegationId);
    this.#options.vitals?.rowsRejected(1);
    this.#options.log.warn(
      `Delegation '${neutralise(delegationId, 64)}' was refused: it was sent by ` +
        `'${neutralise(sourceId, 64)}', not by this workspace: somebody may be trying to slip in ` +
        "a result",
    );
  }
}

function pollRemedy({ kind }: Outcome): string {
  if (kind !== "unauthorized") return "; beats go on, and the next poll tries again";
  return ": listing results needs the workspace's token, even where beats need none: put it into " +
    "the token file";
}
