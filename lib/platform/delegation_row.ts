import * as v from "valibot";
import { Moment, Text, Word } from "./_fields.ts";

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
