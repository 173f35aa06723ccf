import { activityRequest, type Outcome, parseActivityId, type Sender } from "../platform/mod.ts";

/** How many messages are asked for at once behind the cursor. */
const LARGEST_PAGE = 100;
/** How many of the newest are asked for first; as a rule there are fewer new ones than that. */
const FIRST_PAGE = 20;
/** The platform gives no more at once (contract 1.10). */
const MOST_LISTED = 500;
/** No row has this id: a platform that knows cursors says so with 410 (contract 1.10). */
const NO_ROW = "00000000-0000-0000-0000-000000000000";
/** A platform that is slow is asked for more than it managed with the next poll, then with every fourth. */
const SLOW_POLLS = 4;
/** A platform that knows no cursors is asked again after so many polls: it may have been updated. */
const POLLS_BETWEEN_PROBES = 100;

/** Options of {@linkcode ActivitySource}. */
export interface ActivitySourceOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
}

/**
 * Why there may be older rows that were not read: `forgotten` when the platform does not know any more
 * where reading stopped, `too_long` when an answer that has them is longer than any may be, `too_many`
 * when it lists no more at once, and `too_slow` when an answer that has them does not come in time,
 * which it may do later.
 */
export type Gap = "forgotten" | "too_long" | "too_many" | "too_slow";

/** What was read of the messages. */
export type ActivityBatch =
  | {
    readonly kind: "rows";
    readonly outcome: Outcome;
    /** The rows, oldest first. */
    readonly rows: readonly unknown[];
    /** Whether all of them came in after the cursor; else they are the newest of all. */
    readonly isBehindCursor: boolean;
    /** Whether there may be more behind them. */
    readonly hasMore: boolean;
    /** Whether the platform has no other rows than these. */
    readonly isAll: boolean;
    /** Why there may be older rows that were not read; undefined when there are none. */
    readonly gap?: Gap | undefined;
  }
  /** They could not be read. */
  | { readonly kind: "failed"; readonly outcome: Outcome };

/** A page of the newest rows. */
interface Found {
  readonly outcome: Outcome;
  /** Newest first. */
  readonly rows: readonly unknown[];
  /** How many were asked for. */
  readonly limit: number;
}

/** What of the newest rows is enough. */
export interface NewestWanted {
  /** Whether a row was there before, so that none before it is new. */
  readonly isKnown: (row: unknown) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads the messages that a workspace was sent, page by page: from a cursor on where the platform
 * knows cursors, and else the newest, as many as there are new ones. Pages that are too long for one
 * answer are asked for in parts.
 */
export class ActivitySource {
  readonly #options: ActivitySourceOptions;
  #knowsCursors: boolean | undefined;
  #pollsUntilProbe = POLLS_BETWEEN_PROBES;
  #pageSize = LARGEST_PAGE;
  #newestSize = FIRST_PAGE;
  /** How many polls there were while not as many of the newest as are wanted came in time. */
  #slowPolls: number | undefined;
  /** So many, and more, did not come in time. */
  #slowFrom = Infinity;

  /** @param options Of which workspace. */
  constructor(options: ActivitySourceOptions) {
    this.#options = options;
  }

  /**
   * Reads what has come in after a row.
   *
   * @param cursor The row's id; "" when there was none.
   * @param wanted What is enough, where the newest have to be read.
   */
  async after(cursor: string, wanted: NewestWanted): Promise<ActivityBatch> {
    if (cursor === "") return await this.newest(wanted);
    const failure = await this.#probe(wanted.signal);
    if (failure !== undefined) return { kind: "failed", outcome: failure };
    if (!this.#knowsCursors) return await this.newest(wanted);
    let limit = this.#pageSize;
    let outcome = await this.#ask({ limit, since: cursor }, wanted.signal);
    while (outcome.kind === "oversized" && limit > 1) {
      limit = Math.ceil(limit / 4);
      outcome = await this.#ask({ limit, since: cursor }, wanted.signal);
    }
    if (outcome.kind === "gone") return withGap(await this.newest(wanted), "forgotten");
    // The next one alone is too long: what comes after it can only be reached from the other end.
    if (outcome.kind === "oversized") {
      this.#pageSize = 1;
      return withGap(await this.newest(wanted), "too_long");
    }
    const rows = listOf(outcome);
    if (rows === undefined) {
      if (outcome.kind === "timed_out") this.#pageSize = Math.ceil(limit / 4);
      return { kind: "failed", outcome };
    }
    if (rows.some((row) => parseActivityId(row) === cursor)) {
      this.#knowsCursors = false; // not any more
      return await this.newest(wanted);
    }
    this.#pageSize = Math.min(limit * 2, LARGEST_PAGE);
    const hasMore = rows.length >= limit;
    return { kind: "rows", outcome, rows, isBehindCursor: true, hasMore, isAll: false };
  }

  /**
   * Reads the newest, as many as it takes to reach one that is known.
   *
   * @param wanted What is enough.
   */
  async newest({ isKnown, signal }: NewestWanted): Promise<ActivityBatch> {
    let found: Found | undefined;
    let tooMany = MOST_LISTED + 1;
    const isSlow = this.#slowPolls !== undefined;
    const asksForMore = this.#slowPolls === undefined || this.#slowPolls++ % SLOW_POLLS === 0;
    for (let limit = this.#newestSize; true;) {
      const outcome = await this.#ask({ limit }, signal);
      const rows = listOf(outcome);
      if (rows !== undefined) {
        found = { outcome, rows, limit };
        if (rows.length < limit || rows.some(isKnown)) return this.#enough(found);
      } else if (limit > 1 && outcome.kind === "oversized") {
        tooMany = limit;
      } else {
        if (outcome.kind !== "timed_out") return { kind: "failed", outcome };
        this.#slowPolls ??= 0;
        this.#slowFrom = limit;
        if (found !== undefined) return newestBatch(found, "too_slow");
        this.#newestSize = Math.ceil(limit / 4);
        return { kind: "failed", outcome };
      }
      const fits = found?.limit ?? 0;
      // What is known to fit comes first, next time; more than that only where it is needed.
      this.#newestSize = Math.max(1, isSlow ? fits : Math.min(FIRST_PAGE, fits));
      const isTooLong = tooMany <= MOST_LISTED;
      if (found !== undefined && tooMany - fits <= 1) {
        return newestBatch(found, isTooLong ? "too_long" : "too_many");
      }
      if (found !== undefined && !asksForMore) return newestBatch(found, "too_slow");
      if (this.#slowFrom - fits <= 1) this.#slowFrom = Infinity; // it may be faster by now
      const most = Math.min(tooMany, this.#slowFrom);
      limit = most <= MOST_LISTED
        ? Math.floor((fits + most) / 2)
        : Math.min(MOST_LISTED, limit * (isSlow ? 2 : 5));
    }
  }

  /** As many as were wanted came in time. */
  #enough(found: Found): ActivityBatch {
    this.#newestSize = Math.min(FIRST_PAGE, found.limit);
    this.#slowPolls = undefined;
    this.#slowFrom = Infinity;
    return newestBatch(found);
  }

  /**
   * Finds out whether the platform knows cursors: else it would answer with its newest rows to
   * whatever it is asked for.
   *
   * @returns What stands in the way; undefined when that is known.
   */
  async #probe(signal: AbortSignal): Promise<Outcome | undefined> {
    if (this.#knowsCursors === true) return undefined;
    if (this.#knowsCursors === false && --this.#pollsUntilProbe > 0) return undefined;
    const outcome = await this.#ask({ limit: 1, since: NO_ROW }, signal);
    const isAnswer = outcome.kind === "gone" || outcome.kind === "oversized" ||
      listOf(outcome) !== undefined;
    if (!isAnswer) return outcome;
    this.#knowsCursors = outcome.kind === "gone";
    this.#pollsUntilProbe = POLLS_BETWEEN_PROBES;
    return undefined;
  }

  async #ask(
    { limit, since }: { readonly limit: number; readonly since?: string },
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { sender, workspaceId } = this.#options;
    return await sender.send(activityRequest(workspaceId, { limit, since }), { signal });
  }
}

function listOf({ body, kind }: Outcome): readonly unknown[] | undefined {
  return kind === "ok" && Array.isArray(body) ? body : undefined;
}

function newestBatch(
  { limit, outcome, rows }: Found,
  gap?: Gap,
): ActivityBatch {
  const isAll = rows.length < limit;
  const oldestFirst = rows.toReversed();
  return {
    kind: "rows",
    outcome,
    rows: oldestFirst,
    isBehindCursor: false,
    hasMore: false,
    isAll,
    gap,
  };
}

function withGap(batch: ActivityBatch, gap: Gap): ActivityBatch {
  return batch.kind === "rows" ? { ...batch, gap: batch.gap ?? gap } : batch;
}
