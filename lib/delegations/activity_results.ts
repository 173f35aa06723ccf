import { type ActivityRow, parseActivityId, parseActivityRow } from "../platform/mod.ts";
import { isSameWorkspace } from "./_same_workspace.ts";
import { messageResultId, type Result, TERMINAL_STATUSES } from "./result.ts";

/** One row of the messages that the workspace was sent, as far as it matters. */
export interface ActivityEntry {
  /** Its id; undefined when it has none that is sound. */
  readonly id: string | undefined;
  /** When it came in, in epoch milliseconds, if it says so. */
  readonly createdAt: number | undefined;
  /** The result that it is; undefined when it is none. */
  readonly result: Result | undefined;
  /** Whether it cannot be understood. */
  readonly isMalformed: boolean;
}

/**
 * Reads a row of the messages that the workspace was sent (contract 1.10): the answers to what it
 * delegated by itself, with POST /a2a, are only there.
 *
 * @param value The row, as parsed from JSON.
 * @param workspaceId Who has received it.
 */
export function readActivityEntry(value: unknown, workspaceId: string): ActivityEntry {
  const row = parseActivityRow(value);
  return {
    id: parseActivityId(value), // also of a malformed row: it is read, and must not be in the way
    createdAt: row?.createdAt,
    result: row && activityResult(row, workspaceId),
    isMalformed: row === undefined,
  };
}

/** What a message is called that only says that the workspace was busy (contract 7 #127). */
const BUSY_ECHO = "queued: target busy";

/**
 * The result that a message is: the outcome of one of our delegations that the platform has put
 * there, or what another agent has sent. It is none when it comes from the user or is the workspace's
 * own wake, when it could not be received, and when it is an echo of a busy queue.
 *
 * @param row The message.
 * @param workspaceId Who has received it.
 */
export function activityResult(row: ActivityRow, workspaceId: string): Result | undefined {
  const { messageType, sourceId, summary, type } = row;
  if (type !== "" && type !== "a2a_receive") return undefined;
  if (messageType === "backpressure" || summary.includes(BUSY_ECHO)) return undefined;
  if (sourceId === "") return undefined;
  return isSameWorkspace(sourceId, workspaceId)
    ? outcomeOf(row, workspaceId)
    : messageOf(row, workspaceId);
}

/** A message of another agent; what its sender calls its method does not make it anything else. */
function messageOf(row: ActivityRow, workspaceId: string): Result | undefined {
  if (!isReceived(row)) return undefined;
  return {
    delegationId: messageResultId(row.id),
    targetId: row.sourceId,
    sourceId: workspaceId,
    status: "completed",
    ...contentOf(row),
  };
}

/** What a newer platform puts there, in the name of whoever has delegated, when that has ended. */
function outcomeOf(row: ActivityRow, workspaceId: string): Result | undefined {
  const { delegationId, method, status, targetId } = row;
  if (method !== "delegate_result" || delegationId === "") return undefined;
  // A failure is an error there, and failed in the listing: it is to be delivered once.
  const listed = status === "error" ? "failed" : isReceived(row) ? "completed" : status;
  const known = TERMINAL_STATUSES.find((known) => known === listed);
  if (known === undefined) return undefined;
  return {
    delegationId,
    targetId: isSameWorkspace(targetId, workspaceId) ? "" : targetId,
    sourceId: workspaceId,
    status: known,
    ...contentOf(row),
  };
}

function isReceived({ status }: ActivityRow): boolean {
  return status === "" || status === "ok";
}

function contentOf({ createdAt, error, summary, text }: ActivityRow) {
  return { summary, responsePreview: text, error, changedAt: createdAt };
}
