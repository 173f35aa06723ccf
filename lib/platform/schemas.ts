/**
 * The shapes of what the platform says. Foreign JSON enters here, once: what a parser returns is
 * sound, and what does not fit is left out or reported as such.
 *
 * @module
 */

import * as v from "valibot";
import { cut } from "../text.ts";

/** An error answer, as far as it is understood. Every field that does not fit counts as absent. */
const Problem = v.object({
  error: v.fallback(v.optional(v.string()), undefined),
  code: v.fallback(v.optional(v.string()), undefined),
  retry_after: v.fallback(v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))), undefined),
  busy: v.fallback(v.optional(v.boolean()), undefined),
  delivery_confirmed: v.fallback(v.optional(v.boolean()), undefined),
});

/** Reads what an error answer says about itself (contract 1.8). It never throws. */
export function parseProblem(body: unknown): {
  error: string | undefined;
  code: string | undefined;
  retryAfter: number | undefined;
  busy: boolean;
  deliveryConfirmed: boolean;
} {
  const problem = v.safeParse(Problem, body);
  const known = problem.success ? problem.output : {};
  return {
    error: known.error,
    code: known.code,
    retryAfter: known.retry_after,
    busy: known.busy === true,
    deliveryConfirmed: known.delivery_confirmed === true,
  };
}

/** The longest secret that is believed to be one. */
const LONGEST_SECRET = 4096;

const InboundSecretAnswer = v.object({
  platform_inbound_secret: v.pipe(
    v.string(),
    v.maxLength(LONGEST_SECRET),
    v.regex(/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/), // printable, and not blank
  ),
});

/**
 * Takes the inbound secret out of a beat's answer (contract 4.2).
 *
 * @param body The JSON of a 2xx answer.
 * @returns The secret, or undefined when there is none that is sound: a non-empty string of at
 * most 4096 printable ASCII characters.
 */
export function parseInboundSecret(body: unknown): string | undefined {
  const answer = v.safeParse(InboundSecretAnswer, body);
  return answer.success ? answer.output.platform_inbound_secret : undefined;
}

/** More of one text is nothing to hand to an agent; the platform itself cuts most far sooner. */
const LONGEST_TEXT = 262_144;

/** A field that a person reads: whatever came is turned into text, and absence into "". */
const Text = v.pipe(
  v.nullish(v.unknown(), ""),
  v.transform((value) => typeof value === "string" ? value.toWellFormed() : JSON.stringify(value)),
  v.transform((text) => cut(text, LONGEST_TEXT)),
);
/** A field that decides something: a string, or "" when absent. */
const Word = v.nullish(v.pipe(v.string(), v.maxLength(256)), "");
/**
 * A moment in epoch milliseconds. What is none counts as absent; so does what lies before 1970: the
 * platform's language writes a time that was never set as one of the year 1.
 */
const Moment = v.fallback(
  v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.transform(epochMilliseconds),
      v.number(),
      v.minValue(0),
    ),
  ),
  undefined,
);

const Row = v.object({
  delegation_id: Word,
  status: Word,
  source_id: Word,
  direction: v.fallback(Word, ""),
  target_id: Text,
  summary: Text,
  response_preview: Text,
  error: Text,
  created_at: Moment,
  updated_at: Moment,
});

/**
 * One row of GET /workspaces/:id/delegations, with "" for the texts that it lacks: of the activity
 * (contract 3.1), or of the newer ledger (contract 3.3).
 */
export interface DelegationRow {
  readonly delegationId: string;
  readonly status: string;
  readonly sourceId: string;
  readonly direction: string;
  readonly targetId: string;
  readonly summary: string;
  readonly responsePreview: string;
  readonly error: string;
  /** When the row was made, in epoch milliseconds, if it says so. */
  readonly createdAt: number | undefined;
  /**
   * When the row was last changed, or else made, in epoch milliseconds, if it says either. That is
   * when an ended delegation ended: a ledger row is made when the work is delegated, and updated
   * when it ends; the activity's result row is made when it ends, and has no other time.
   */
  readonly changedAt: number | undefined;
}

/**
 * Reads one row of a delegations listing.
 *
 * @param value The row, as parsed from JSON.
 * @returns The row, or undefined when it is malformed: no object, or an id, status or source that
 * is no string of at most 256 characters. Texts and times are never a reason to drop a row: texts
 * are turned into strings, and times that are none are left out.
 */
export function parseRow(value: unknown): DelegationRow | undefined {
  if (Array.isArray(value)) return undefined;
  const row = v.safeParse(Row, value);
  if (!row.success) return undefined;
  return {
    delegationId: row.output.delegation_id,
    status: row.output.status,
    sourceId: row.output.source_id,
    direction: row.output.direction,
    targetId: row.output.target_id,
    summary: row.output.summary,
    responsePreview: row.output.response_preview,
    error: row.output.error,
    createdAt: row.output.created_at,
    changedAt: row.output.updated_at ?? row.output.created_at,
  };
}

/** Unlike Date, Temporal does not take the 30th of February for a day in March. */
function epochMilliseconds(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return NaN;
  }
}

const Workspace = v.object({
  name: v.fallback(v.optional(v.string(), ""), ""),
  parent_id: v.nullable(v.string()), // never missing: an object without it is no workspace
});

/** GET /workspaces/:id, as far as the wake needs it (contract 1.4). */
export interface WorkspaceAnswer {
  readonly name: string;
  /** "" when the workspace has no parent. */
  readonly parentId: string;
}

/** Reads a workspace, or gives undefined when the answer is none. */
export function parseWorkspace(body: unknown): WorkspaceAnswer | undefined {
  const workspace = v.safeParse(Workspace, body);
  if (!workspace.success) return undefined;
  return { name: workspace.output.name, parentId: workspace.output.parent_id ?? "" };
}

const AgentAnswer = v.object({
  error: v.fallback(v.optional(v.unknown()), undefined),
  delivery_mode: v.fallback(v.optional(v.string()), undefined),
});

/**
 * Reads a 2xx answer to an A2A message (contract 1.8).
 *
 * @param body The answer's JSON.
 * @returns Whether the agent answered with a JSON-RPC error, and whether the workspace polls for
 * its messages, so that nobody was woken.
 */
export function parseAgentAnswer(body: unknown): { failed: boolean; polls: boolean } {
  const answer = v.safeParse(AgentAnswer, body);
  if (!answer.success) return { failed: false, polls: false };
  return {
    failed: answer.output.error !== undefined && answer.output.error !== null,
    polls: answer.output.delivery_mode === "poll",
  };
}
