import type { PlatformState } from "./_platform_state.ts";
import { microsecondAfter } from "./_timestamp.ts";
import type { ActivityRow, WorkspaceState } from "./_workspace_state.ts";
import type { ReceiveOptions } from "./receive_options.ts";

/** What a new row is about; the rest has defaults. */
export type NewActivityRow =
  & Pick<ActivityRow, "type" | "method">
  & Partial<
    Pick<
      ActivityRow,
      | "sourceId"
      | "targetId"
      | "delegationId"
      | "messageType"
      | "requestBody"
      | "responseBody"
      | "summary"
      | "status"
      | "error"
      | "response"
    >
  >;

/**
 * Inserts a row of activity.
 *
 * @param platform The platform, for the time.
 * @param workspace Whose activity it is.
 * @param row What it is about.
 * @returns The row.
 */
export function insertRow(
  platform: PlatformState,
  workspace: WorkspaceState,
  row: NewActivityRow,
): ActivityRow {
  // The database counts microseconds: no two rows are of the same instant.
  const after = microsecondAfter(workspace.activity.at(-1)?.createdAt ?? -Infinity);
  const inserted: ActivityRow = {
    sequence: ++workspace.sequence,
    id: crypto.randomUUID(),
    type: row.type,
    method: row.method,
    sourceId: row.sourceId ?? null,
    targetId: row.targetId ?? null,
    delegationId: row.delegationId,
    createdAt: Math.max(platform.clock.now(), after),
    messageType: row.messageType ?? "",
    requestBody: row.requestBody,
    responseBody: row.responseBody,
    summary: row.summary ?? "",
    status: row.status ?? "",
    error: row.error ?? "",
    response: row.response ?? "",
  };
  workspace.activity.push(inserted);
  return inserted;
}

/**
 * Inserts the row of a message that a workspace was sent.
 *
 * @param platform The platform.
 * @param workspace Who was sent it.
 * @param options The message.
 * @returns The row.
 */
export function receiveMessage(
  platform: PlatformState,
  workspace: WorkspaceState,
  options: ReceiveOptions,
): ActivityRow {
  const { from = crypto.randomUUID(), method = "message/send", responseBody, text } = options;
  const id = crypto.randomUUID();
  const message = { role: "user", messageId: id, parts: [{ kind: "text", text }] };
  return insertRow(platform, workspace, {
    type: "a2a_receive",
    method,
    sourceId: from,
    targetId: workspace.id,
    summary: options.summary ?? `${from ?? "user"} → ${workspace.name}`,
    status: options.status ?? "ok",
    messageType: options.messageType ?? "",
    requestBody: text === undefined
      ? undefined
      : { jsonrpc: "2.0", id, method, params: { message } },
    responseBody,
  });
}

/**
 * Forgets all activity, delegations included.
 *
 * @param workspace Whose.
 */
export function pruneRows(workspace: WorkspaceState): void {
  workspace.activity.length = 0;
}
