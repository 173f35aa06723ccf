import * as v from "valibot";
import { REPORTED_STATUSES, type Result } from "./result.ts";

const Keys = v.array(v.string());

const IntendedResult = v.object({
  delegationId: v.string(),
  targetId: v.string(),
  sourceId: v.string(),
  status: v.picklist(REPORTED_STATUSES),
  summary: v.string(),
  responsePreview: v.string(),
  error: v.string(),
  changedAt: v.optional(v.number()),
});

/** What a record may hold, by the name of its only field. */
const RECORDS = {
  intent: v.strictObject({ intent: v.array(IntendedResult) }),
  written: v.strictObject({ written: Keys }),
  woken: v.strictObject({ woken: Keys }),
  notified: v.strictObject({ notified: Keys }),
  done: v.strictObject({ done: Keys }),
  warned: v.strictObject({ warned: v.array(v.string()) }),
  started: v.strictObject({ started: v.literal(true) }),
  cursor: v.strictObject({
    cursor: v.strictObject({
      id: v.string(),
      since: v.number(),
      hasGap: v.optional(v.literal(true)),
    }),
  }),
  wakes: v.strictObject({ wakes: v.array(v.number()) }),
};

const Record = v.pipe(v.string(), v.parseJson(), v.lazy(schemaOf));

/** The only one that can fit: to try one after the other would cost more than all else. */
function schemaOf(record: unknown) {
  const [name = ""] = Object.keys(Object(record));
  return isName(name) ? RECORDS[name] : v.never();
}

function isName(name: string): name is keyof typeof RECORDS {
  return Object.hasOwn(RECORDS, name);
}

/** One entry of the journal; results are named by their keys. */
export type JournalRecord =
  /** These results are about to be written: whole, since nobody may list them again. */
  | { readonly intent: readonly Result[] }
  /** These are in the results file. */
  | { readonly written: readonly string[] }
  /** The agent has been woken for these. */
  | { readonly woken: readonly string[] }
  /** The user has been told of these, or is not to be told. */
  | { readonly notified: readonly string[] }
  /** All three: what remains of a result when the journal is written anew. */
  | { readonly done: readonly string[] }
  /** A warning was given that these delegations, by id, have been queued for long. */
  | { readonly warned: readonly string[] }
  /** The first poll of all has been delivered. */
  | { readonly started: true }
  /** Up to here the messages that the workspace was sent have been read. */
  | { readonly cursor: ActivityCursor }
  /** The agent was woken at these times, in epoch milliseconds. */
  | { readonly wakes: readonly number[] };

/** A place in the messages that the workspace was sent. */
export interface ActivityCursor {
  /** The last row that was read; "" when there was none yet. */
  readonly id: string;
  /** What came in before this was never read, in epoch milliseconds. */
  readonly since: number;
  /** Left out unless some of what came in later was delivered, before what came in between. */
  readonly hasGap?: true | undefined;
}

/**
 * Reads a record.
 *
 * @param text Its JSON.
 * @returns The record, or undefined when it is none.
 */
export function parseRecord(text: string): JournalRecord | undefined {
  const record = v.safeParse(Record, text);
  if (!record.success) return undefined;
  const { output } = record;
  if (!("intent" in output)) return output;
  return { intent: output.intent.map((result) => ({ ...result, changedAt: result.changedAt })) };
}
