import * as v from "valibot";
import { cut } from "../text.ts";
import { LONGEST_TEXT, Moment, Text, Word } from "./_fields.ts";

const Parts = v.fallback(v.array(v.fallback(v.object({ text: Text }), { text: "" })), []);

/** An A2A message in its envelope, as far as its words go. */
const RequestBody = v.object({
  params: v.object({ message: v.object({ parts: Parts }) }),
});

/** What the platform writes into the inbox of whoever has delegated. */
const ResponseBody = v.object({ delegation_id: v.fallback(Word, ""), text: Text });

/** A sender may call it as he likes: what is too long to be one of ours is none of them. */
const Kind = v.fallback(Word, "unknown");

const Named = v.object({ id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)) });

const Row = v.object({
  ...Named.entries,
  activity_type: Kind,
  method: Kind,
  source_id: Word,
  target_id: v.fallback(Word, ""),
  status: Word,
  message_type: Kind,
  summary: Text,
  error_detail: Text,
  request_body: v.optional(v.unknown()),
  response_body: v.optional(v.unknown()),
  created_at: Moment,
});

/** One row of GET /workspaces/:id/activity (contract 1.10), with "" for the texts that it lacks. */
export interface ActivityRow {
  readonly id: string;
  /** The kind of activity: "a2a_receive" for a message that came in. */
  readonly type: string;
  readonly method: string;
  /** Who has sent it; "" for the user. */
  readonly sourceId: string;
  /** Whom it was for. */
  readonly targetId: string;
  readonly status: string;
  /** What newer platforms mark an echo of their own with: "backpressure". */
  readonly messageType: string;
  readonly summary: string;
  readonly error: string;
  /** The words of the message. */
  readonly text: string;
  /** The delegation that the message answers, where the platform says so. */
  readonly delegationId: string;
  /** When it came in, in epoch milliseconds, if the row says so. */
  readonly createdAt: number | undefined;
}

/**
 * Reads the id of a row of a listing of activity, whatever else is in it.
 *
 * @param value The row, as parsed from JSON.
 * @returns The id, or undefined when it has none that is sound.
 */
export function parseActivityId(value: unknown): string | undefined {
  const named = v.safeParse(Named, value);
  return named.success ? named.output.id : undefined;
}

/**
 * Reads one row of a listing of activity.
 *
 * @param value The row, as parsed from JSON.
 * @returns The row, or undefined when it is malformed: no object, without an id, or with a field
 * that decides something and is no string of at most 256 characters.
 */
export function parseActivityRow(value: unknown): ActivityRow | undefined {
  if (Array.isArray(value)) return undefined;
  const row = v.safeParse(Row, value);
  if (!row.success) return undefined;
  const { output } = row;
  const message = v.safeParse(RequestBody, output.request_body);
  const answer = v.safeParse(ResponseBody, output.response_body);
  const parts = message.success ? message.output.params.message.parts : [];
  const texts = parts.map(({ text }) => text).filter((text) => text !== "");
  return {
    id: output.id,
    type: output.activity_type,
    method: output.method,
    sourceId: output.source_id,
    targetId: output.target_id,
    status: output.status,
    messageType: output.message_type,
    summary: output.summary,
    error: output.error_detail,
    text: cut(texts.join(" "), LONGEST_TEXT) || (answer.success ? answer.output.text : ""),
    delegationId: answer.success ? answer.output.delegation_id : "",
    createdAt: output.created_at,
  };
}
