import { type DelegationRow, parseRow } from "../platform/mod.ts";
import { isSameWorkspace } from "./_same_workspace.ts";
import {
  REPORTED_STATUSES,
  type ReportedStatus,
  type Result,
  resultKey,
  TERMINAL_STATUSES,
} from "./result.ts";

/** What one listing holds. */
export interface Listing {
  /** Our own results, oldest first, one for each delegation and status. */
  readonly results: readonly Result[];
  /** Our own delegations that wait for their target and have not ended, oldest first. */
  readonly queued: readonly QueuedRow[];
  /** Ids of rows that say another workspace sent them. */
  readonly foreign: readonly ForeignRow[];
  /** How many rows are malformed. */
  readonly malformed: number;
}

/** A row that names another workspace as the sender. */
export interface ForeignRow {
  readonly delegationId: string;
  readonly sourceId: string;
}

/** A delegation whose target was at capacity when the platform last said anything of it. */
export interface QueuedRow {
  readonly delegationId: string;
  /** When it was queued, or delegated, whichever the platform says, in epoch milliseconds. */
  readonly since: number;
}

/**
 * Reads a listing of delegations: validates its rows one by one, keeps those that this workspace
 * sent and that have ended or are stuck, and merges the two rows that one delegation has (contract
 * 3.2).
 *
 * @param rows The listing as parsed from JSON, newest first.
 * @param workspaceId This workspace.
 */
export function readListing(rows: readonly unknown[], workspaceId: string): Listing {
  const own: DelegationRow[] = [];
  const foreign: ForeignRow[] = [];
  let malformed = 0;
  for (const value of rows) {
    const row = parseRow(value);
    if (row === undefined) {
      malformed++;
      continue;
    }
    const { delegationId, sourceId } = row;
    // A result row without an id says nothing that its delegate row does not say (contract 3.2).
    if (delegationId === "" || isReceived(row, workspaceId)) continue;
    if (isSameWorkspace(sourceId, workspaceId)) own.push(row);
    else foreign.push({ delegationId, sourceId });
  }
  const ended = new Set(
    own.filter(({ status }) => isTerminal(status)).map(({ delegationId }) => delegationId),
  );
  return { results: resultsOf(own, ended), queued: queuedOf(own, ended), foreign, malformed };
}

/** That a delegation was stuck is no news any more when the same listing says how it ended. */
function resultsOf(own: readonly DelegationRow[], ended: ReadonlySet<string>): Result[] {
  const merged = new Map<string, Result>();
  for (const row of own) {
    const { delegationId, status } = row;
    if (!isReported(status) || !isTerminal(status) && ended.has(delegationId)) continue;
    const result = toResult(row, status);
    const key = resultKey(result);
    const other = merged.get(key);
    merged.set(key, other === undefined ? result : merge(other, result));
  }
  return [...merged.values()].reverse();
}

/** A delegate row stays queued for ever, also when its result row says completed (contract 3.2). */
function queuedOf(own: readonly DelegationRow[], ended: ReadonlySet<string>): QueuedRow[] {
  const oldest = new Map<string, number>();
  for (const { delegationId, status, createdAt } of own) {
    if (status !== "queued" || createdAt === undefined || ended.has(delegationId)) continue;
    oldest.set(delegationId, Math.min(createdAt, oldest.get(delegationId) ?? createdAt));
  }
  return [...oldest].map(([delegationId, since]) => ({ delegationId, since })).reverse();
}

/**
 * Whether a result may still be lacking its reply: the platform marks the delegation as completed
 * in one row and inserts the reply in another, with an instant in between (contract 3.2).
 */
export function isBare({ status, responsePreview }: Result): boolean {
  return status === "completed" && responsePreview === "";
}

/** The row with the preview wins; what it lacks comes from the other. */
function merge(newer: Result, older: Result): Result {
  const [first, second] = newer.responsePreview === "" && older.responsePreview !== ""
    ? [older, newer]
    : [newer, older];
  return {
    ...first,
    targetId: first.targetId || second.targetId,
    summary: first.summary || second.summary,
    error: first.error || second.error,
    changedAt: latest(first.changedAt, second.changedAt),
  };
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

function isTerminal(status: string): boolean {
  return TERMINAL_STATUSES.some((known) => known === status);
}

function isReported(status: string): status is ReportedStatus {
  return REPORTED_STATUSES.some((known) => known === status);
}

/** Newer platforms list also what another workspace has delegated to this one (contract 3.3). */
function isReceived(
  { direction, sourceId, targetId }: DelegationRow,
  workspaceId: string,
): boolean {
  return direction === "received" ||
    direction === "" && isSameWorkspace(targetId, workspaceId) &&
      !isSameWorkspace(sourceId, workspaceId);
}

function toResult(row: DelegationRow, status: ReportedStatus): Result {
  const { delegationId, targetId, sourceId, summary, responsePreview, error, changedAt } = row;
  return { delegationId, targetId, sourceId, status, summary, responsePreview, error, changedAt };
}
