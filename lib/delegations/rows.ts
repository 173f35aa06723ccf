import { type DelegationRow, parseRow } from "../platform/mod.ts";
import { type Result, resultKey, TERMINAL_STATUSES, type TerminalStatus } from "./result.ts";

/** What one listing holds. */
export interface Listing {
  /** Our own results, oldest first, one for each delegation and status. */
  readonly results: readonly Result[];
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

/**
 * Reads a listing of delegations: validates its rows one by one, keeps those that this workspace
 * sent and that have ended, and merges the two rows that one delegation has (contract 3.2).
 *
 * @param rows The listing as parsed from JSON, newest first.
 * @param workspaceId This workspace.
 */
export function readListing(rows: readonly unknown[], workspaceId: string): Listing {
  const merged = new Map<string, Result>();
  const foreign: ForeignRow[] = [];
  let malformed = 0;
  for (const value of rows) {
    const row = parseRow(value);
    if (row === undefined) {
      malformed++;
      continue;
    }
    // A result row without an id says nothing that its delegate row does not say (contract 3.2).
    if (row.delegationId === "" || row.direction === "received") continue;
    if (!isSameWorkspace(row.sourceId, workspaceId)) {
      foreign.push({ delegationId: row.delegationId, sourceId: row.sourceId });
      continue;
    }
    if (!isTerminal(row.status)) continue;
    const result = toResult(row, row.status);
    const key = resultKey(result);
    const other = merged.get(key);
    merged.set(key, other === undefined ? result : merge(other, result));
  }
  return { results: [...merged.values()].reverse(), foreign, malformed };
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
  };
}

function isTerminal(status: string): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly string[]).includes(status);
}

/** UUIDs are the same in any case: the platform writes them small, people may not. */
function isSameWorkspace(sourceId: string, workspaceId: string): boolean {
  return sourceId === workspaceId ||
    UUID.test(sourceId) && sourceId.toLowerCase() === workspaceId.toLowerCase();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function toResult(row: DelegationRow, status: TerminalStatus): Result {
  const { delegationId, targetId, sourceId, summary, responsePreview, error } = row;
  return { delegationId, targetId, sourceId, status, summary, responsePreview, error };
}
