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
import { nextTurn } from "../schedule.ts";
import { counted, neutralise, reasonOf } from "../text.ts";
import { type Result, resultKey, resultLine } from "./result.ts";
import type { ResultsOutput } from "./results_file.ts";
import { type ForeignRow, isBare, type Listing, readListing } from "./rows.ts";
import { Seen } from "./seen.ts";

/** Options of {@linkcode PollLoop}. */
export interface PollLoopOptions {
  readonly workspaceId: string;
  /** Milliseconds between polls. */
  readonly intervalMs: number;
  readonly sender: Sender;
  /** Says whether the platform can be reached; there is no poll while it cannot. */
  readonly contact: Contact;
  /** Where results go. */
  readonly output: ResultsOutput;
  /** Receives the results of a poll once they are safe; it may not wait for anything. */
  readonly onResults: (results: readonly Result[]) => void;
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
  /** Whether there were results that could not be written. */
  readonly failedToWrite: boolean;
}

/**
 * Notices results and delivers them: first to the results file, and only then are they remembered
 * as delivered, so that whatever fails is delivered by a later poll.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #random: () => number;
  readonly #seen = new Seen();
  readonly #warnedOf = new Seen();
  readonly #pollTrouble: Episode;
  readonly #writeTrouble: Episode;
  #bare: ReadonlySet<string> = new Set();
  #malformed = 0;
  #missedOnce = false;

  /** @param options Where results come from, and where they go. */
  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#pollTrouble = new Episode("Polling for results", options);
    this.#writeTrouble = new Episode("Writing results", options);
  }

  /**
   * Polls until the signal aborts. The first poll comes half an interval after the start, so that
   * polls and beats do not meet.
   *
   * @param signal Ends the loop; an append that is under way is finished first.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, contact, intervalMs } = this.#options;
    const gridStart = clock.now() + intervalMs / 2;
    await clock.sleep(gridStart - clock.now(), signal);
    while (!signal.aborted) {
      await contact.regained(signal);
      if (signal.aborted) return;
      const last = clock.now();
      const { outcome } = await this.poll(signal, { grace: true });
      const asked = outcome.kind === "ok" ? 0 : askedWait(outcome.retryAfterSeconds);
      const due = nextTurn({ gridStart, intervalMs, last, random: this.#random() });
      const now = clock.now();
      await clock.sleep(Math.max(due - now, asked), signal);
    }
  }

  /**
   * Polls once, and delivers what is new.
   *
   * @param signal Gives the request up, but never an append.
   * @param options `grace`: whether a completed delegation without a reply may wait for one more
   * poll, since its reply may be about to be inserted.
   */
  async poll(signal: AbortSignal, { grace }: { grace: boolean }): Promise<PollReport> {
    const { sender, workspaceId } = this.#options;
    const outcome = await sender.send(delegationsRequest(workspaceId), { signal });
    if (outcome.kind !== "ok" || !Array.isArray(outcome.body)) {
      this.#failed(outcome);
      return { outcome, failedToWrite: false };
    }
    this.#missedOnce = false;
    this.#pollTrouble.succeeded();
    const listing = readListing(outcome.body, workspaceId);
    this.#tellOddities(listing);
    const failedToWrite = !await this.#deliver(this.#fresh(listing, grace));
    const listed = new Set(listing.results.map(resultKey));
    this.#seen.forget(listed);
    return { outcome, failedToWrite };
  }

  /** The results to deliver now. */
  #fresh({ results }: Listing, grace: boolean): Result[] {
    const unseen = results.filter((result) => !this.#seen.has(resultKey(result)));
    if (!grace) return unseen;
    const before = this.#bare;
    const waiting = unseen.filter((result) => isBare(result) && !before.has(resultKey(result)));
    // Those whose grace is over stay in the set: a disk that fails must not grant them another.
    this.#bare = new Set(unseen.filter(isBare).map(resultKey));
    return unseen.filter((result) => !waiting.includes(result));
  }

  async #deliver(results: readonly Result[]): Promise<boolean> {
    if (results.length === 0) return true;
    const { log, onResults, output } = this.#options;
    const now = Date.now() / 1000;
    try {
      await output.append(results.map((result) => resultLine(result, now)).join(""));
    } catch (error) {
      this.#writeTrouble.failed(
        `Waiting to deliver ${counted(results.length, "result")}: ${reasonOf(error)}` +
          `${writeRemedy(error)}; delivery goes on as soon as it can be written`,
      );
      return false;
    }
    this.#writeTrouble.succeeded();
    for (const result of results) this.#seen.add(resultKey(result));
    log.info(`Delivered ${counted(results.length, "new result")} to ${output.name}`);
    onResults(results);
    return true;
  }

  #failed(outcome: Outcome): void {
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
    const { log } = this.#options;
    // Fewer than before only says that some are no longer listed.
    if (malformed > this.#malformed) {
      log.warn(`Skipped ${counted(malformed, "malformed row")} of the platform's delegations`);
    }
    this.#malformed = malformed;
    for (const row of foreign) this.#warnOf(row);
    this.#warnedOf.forget(new Set(foreign.map(({ delegationId }) => delegationId)));
  }

  #warnOf({ delegationId, sourceId }: ForeignRow): void {
    if (this.#warnedOf.has(delegationId)) return;
    this.#warnedOf.add(delegationId);
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

function writeRemedy(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return ": the manifest does not grant the file: rebuild, or run with its grant";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return ": this user may not write it: change its owner, or its folder's";
  }
  if (error instanceof Deno.errors.NotFound) return ": make its folder";
  return "";
}
