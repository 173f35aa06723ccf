import {
  ActivityPoll,
  type DeliveriesOptions,
  PollLoop,
  type PollLoopOptions,
} from "../../lib/delegations/mod.ts";
import type { ActivityReport } from "../../lib/delegations/activity_poll.ts";
import type { ActivityCursor } from "../../lib/delegations/journal_record.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, never } from "./_bench.ts";
import type { MadeDeliveries } from "./_deliveries.ts";
import { OTHER_ID } from "./_examples.ts";

/** More than one answer may have. */
export const TOO_LONG_BYTES = 9 * 1024 * 1024;

/** A poll of the messages, and the deliveries that it makes. */
export interface Reading extends MadeDeliveries {
  /** Polls once. */
  poll(): Promise<ActivityReport | undefined>;
  /** Up to where messages have been read. */
  cursor(): ActivityCursor | undefined;
}

/** A poll of the messages as the sidecar makes it, for a journal that has been opened. */
export async function activityPoll(
  bench: Bench,
  options: Partial<DeliveriesOptions> = {},
): Promise<Reading> {
  const made = bench.deliveries(bench.resultsFile, options);
  const { deliveries } = made;
  await deliveries.open();
  const poll = new ActivityPoll({ ...bench.common, deliveries });
  return {
    ...made,
    poll: () => poll.poll(never),
    cursor: () => deliveries.journal.state.cursor,
  };
}

/** The same, where messages have been read up to now. */
export async function readingOn(
  bench: Bench,
  options: Partial<DeliveriesOptions> = {},
): Promise<Reading> {
  const made = await activityPoll(bench, options);
  await made.poll();
  return made;
}

/** What reads the listing and the messages, as the sidecar does. */
export function bothPolls(
  { common }: Bench,
  { deliveries }: Pick<Reading, "deliveries">,
  options: Partial<PollLoopOptions> = {},
): PollLoop {
  return new PollLoop({
    ...common,
    intervalMs: 30_000,
    deliveries,
    activity: new ActivityPoll({ ...common, deliveries }),
    ...options,
  });
}

/** The words of what the agent takes now. */
export function takenTexts({ resultsFile }: Bench): unknown[] {
  return consumeResults(resultsFile).records.map(({ response_preview }) => response_preview);
}

/** Sends the workspace so many messages: "0", "1", … */
export function receiveMany({ workspace }: Bench, count: number): string[] {
  const texts = Array.from({ length: count }, (_, index) => `${index}`);
  for (const text of texts) workspace.receive({ text });
  return texts;
}

/** What was asked for with each request for messages: how many, and after which row. */
export function asked({ platform }: Bench): string[] {
  return platform.requestsTo("activity").map(({ search }) => {
    const query = new URLSearchParams(search);
    const since = query.get("since_id");
    return since === null ? `${query.get("limit")}` : `${query.get("limit")} after ${since}`;
  });
}

/** No row has this id. */
export const NO_ROW = "00000000-0000-0000-0000-000000000000";

/** A row of a peer's message as the platform lists it, with what matters to the test. */
export function messageRow(
  id: string,
  row: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id,
    activity_type: "a2a_receive",
    method: "message/send",
    source_id: OTHER_ID,
    status: "ok",
    summary: `${OTHER_ID} → w`,
    created_at: "2026-05-03T00:00:00Z",
    request_body: { params: { message: { parts: [{ kind: "text", text: id }] } } },
    ...row,
  };
}

/** How rows are listed. */
export interface ListRowsOptions {
  /**
   * Whether what comes after a row can be asked for.
   *
   * @default {as the platform's dialect does}
   */
  readonly knowsCursors?: boolean;
  /**
   * Whether each row is forgotten as soon as it has been listed: what comes after it cannot be asked
   * for any more.
   *
   * @default {false}
   */
  readonly forgets?: boolean;
  /** How many of them make an answer that is too long. By default none do. */
  readonly tooMany?: number;
  /** The id of one that makes any answer too long. */
  readonly tooLong?: string;
}

/** From now on the platform lists these rows, oldest first as given here, whatever they are. */
export function listRows(
  { platform }: Bench,
  rows: readonly unknown[],
  {
    forgets = false,
    knowsCursors = platform.dialect !== "2026-04",
    tooLong,
    tooMany = Infinity,
  }: ListRowsOptions = {},
): void {
  const answer = (page: readonly unknown[]) => {
    const isTooLong = page.length >= tooMany ||
      tooLong !== undefined && page.some((row) => idOf(row) === tooLong);
    return isTooLong ? new Response(" ".repeat(TOO_LONG_BYTES)) : Response.json(page);
  };
  platform.fault("activity", {
    kind: "handle",
    handler({ search }) {
      const query = new URLSearchParams(search);
      const limit = Number(query.get("limit"));
      const since = query.get("since_id");
      if (since === null || !knowsCursors) return answer(rows.toReversed().slice(0, limit));
      const index = forgets ? -1 : rows.findIndex((row) => idOf(row) === since);
      if (index < 0) return Response.json({ error: "since_id is unknown" }, { status: 410 });
      return answer(rows.slice(index + 1).slice(0, limit));
    },
  });
}

function idOf(row: unknown): unknown {
  return typeof row === "object" && row !== null && "id" in row ? row.id : undefined;
}
