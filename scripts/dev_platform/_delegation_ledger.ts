import type { PlatformState } from "./_platform_state.ts";
import { timestamp } from "./_timestamp.ts";
import type { LedgerRowOptions } from "./ledger_row_options.ts";

const SUMMARY_BYTES = 200;

/** What has one of these stays as it is. A stuck delegation may still complete. */
export const TERMINAL_STATUSES: ReadonlySet<unknown> = new Set([
  "completed",
  "failed",
  "error",
  "timeout",
  "cancelled",
  "rejected",
]);

/** A row of the ledger, which has one for each delegation between any two workspaces. */
export interface LedgerRow {
  /** The delegation. */
  readonly delegationId: string;
  /** Who delegates. */
  readonly sourceId: string;
  /** To whom. */
  readonly targetId: string;
  /** What to do. */
  readonly task: string;
  /** When it was delegated, in epoch milliseconds; so are all times here. */
  readonly createdAt: number;
  /** When the row was last written. */
  readonly updatedAt: number;
  /** How far it is. */
  readonly status: string;
  /** The reply. */
  readonly responsePreview: string | undefined;
  /** What went wrong. */
  readonly error: string | undefined;
  /** When the target last said that it is at it. */
  readonly lastHeartbeat: number | undefined;
  /** Until when it has to be done. */
  readonly deadline: number | undefined;
}

/**
 * Inserts a row into the ledger, or updates it where it is.
 *
 * @param platform The platform.
 * @param workspaceId Whose delegation it is, from either side.
 * @param options The row.
 * @throws {Deno.errors.AlreadyExists} If the delegation is between two other workspaces.
 * @throws {Deno.errors.InvalidData} If it has ended, and the row says something else.
 */
export function putLedgerRow(
  platform: PlatformState,
  workspaceId: string,
  options: LedgerRowOptions,
): void {
  const { delegationId, status } = options;
  const now = platform.clock.now();
  const row = platform.ledger.get(delegationId) ?? newRow(workspaceId, options, now);
  if (row.sourceId !== workspaceId && row.targetId !== workspaceId) {
    throw new Deno.errors.AlreadyExists(
      `Cannot put delegation '${delegationId}' into the ledger: it is between two other workspaces`,
    );
  }
  if (platform.ledger.has(delegationId) && TERMINAL_STATUSES.has(row.status)) {
    if (status === row.status) return;
    throw new Deno.errors.InvalidData(
      `Cannot set delegation '${delegationId}' to '${status}': it has ended: current status is ` +
        `'${row.status}'`,
    );
  }
  const updated: LedgerRow = {
    ...row,
    status,
    updatedAt: now,
    responsePreview: options.responsePreview ?? row.responsePreview,
    error: options.error ?? row.error,
    lastHeartbeat: options.lastHeartbeat ?? row.lastHeartbeat,
    deadline: options.deadline ?? row.deadline,
  };
  platform.ledger.set(delegationId, updated);
  platform.workspaces.get(row.sourceId)?.timeline.ledgerRow(updated);
}

/**
 * Lists the ledger's rows of a workspace, sent and received, the youngest first.
 *
 * @param platform The platform.
 * @param workspaceId The workspace.
 * @returns The rows as they are on the wire.
 */
export function listLedger(platform: PlatformState, workspaceId: string): object[] {
  return [...platform.ledger.values()]
    .filter(({ sourceId, targetId }) => sourceId === workspaceId || targetId === workspaceId)
    .toReversed() // of two made at once, the one that was put there later
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .map((row) => wireRow(row, workspaceId));
}

function newRow(workspaceId: string, options: LedgerRowOptions, now: number): LedgerRow {
  const { delegationId, status, from = workspaceId, task = "", createdAt = now } = options;
  return {
    delegationId,
    sourceId: from,
    targetId: options.to ?? (from === workspaceId ? crypto.randomUUID() : workspaceId),
    task,
    createdAt,
    updatedAt: now,
    status,
    responsePreview: undefined,
    error: undefined,
    lastHeartbeat: undefined,
    deadline: undefined,
  };
}

/** There is no `id` and no `type`, and empty optional values have no key at all. */
function wireRow(row: LedgerRow, workspaceId: string): object {
  return {
    delegation_id: row.delegationId,
    source_id: row.sourceId,
    target_id: row.targetId,
    direction: row.sourceId === workspaceId ? "sent" : "received",
    summary: firstBytes(row.task, SUMMARY_BYTES),
    status: row.status,
    created_at: timestamp(row.createdAt),
    updated_at: timestamp(row.updatedAt),
    _ledger: true,
    ...(row.responsePreview ? { response_preview: row.responsePreview } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(row.lastHeartbeat === undefined ? {} : { last_heartbeat: timestamp(row.lastHeartbeat) }),
    ...(row.deadline === undefined ? {} : { deadline: timestamp(row.deadline) }),
  };
}

/** A decoder that expects more keeps back what is left of a torn rune. */
function firstBytes(text: string, bytes: number): string {
  const kept = new TextEncoder().encode(text).subarray(0, bytes);
  return new TextDecoder().decode(kept, { stream: true });
}
