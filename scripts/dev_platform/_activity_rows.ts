import type { PlatformState } from "./_platform_state.ts";
import type { ActivityRow, WorkspaceState } from "./_workspace_state.ts";

/** What a new row is about; the rest has defaults. */
export type NewActivityRow =
  & Pick<ActivityRow, "type" | "method">
  & Partial<
    Pick<
      ActivityRow,
      "sourceId" | "targetId" | "delegationId" | "summary" | "status" | "error" | "response"
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
  const inserted: ActivityRow = {
    sequence: ++workspace.sequence,
    id: crypto.randomUUID(),
    type: row.type,
    method: row.method,
    sourceId: row.sourceId ?? null,
    targetId: row.targetId ?? null,
    delegationId: row.delegationId,
    createdAt: platform.clock.now(),
    summary: row.summary ?? "",
    status: row.status ?? "",
    error: row.error ?? "",
    response: row.response ?? "",
  };
  workspace.activity.push(inserted);
  return inserted;
}
