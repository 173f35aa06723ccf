import { TERMINAL_STATUSES } from "./_delegation_ledger.ts";
import { listDelegations } from "./_delegation_listing.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { RecordedRequest } from "./recorded_request.ts";

/**
 * Puts onto a workspace's timeline what has become of one of its requests.
 *
 * @param platform The platform.
 * @param record The request, when the platform is done with it.
 * @param whole Whether the whole answer was sent.
 */
export function noteRequest(
  platform: PlatformState,
  record: RecordedRequest,
  whole: boolean,
): void {
  const workspace = platform.workspaces.get(record.workspaceId ?? "");
  if (workspace === undefined) return;
  const { timeline } = workspace;
  const at = platform.clock.now();
  switch (record.route) {
    case "heartbeat":
      if (record.status !== 200) timeline.failure(at, outcome(record));
      return;
    case "a2a": {
      const isOwn = record.headers.get("x-workspace-id") === workspace.id;
      return timeline.add({ at, kind: isOwn ? "wake" : "message", ...told(record) });
    }
    case "register":
      return timeline.add({ at, kind: "registration", ...told(record) });
    case "delegations":
      if (record.status === 200 && whole && timeline.hasUndelivered) {
        timeline.delivered(endedIds(platform, workspace), at);
      }
      return;
  }
}

function told(record: RecordedRequest): { text: string; failed: boolean } {
  const failed = (record.status ?? 0) < 200 || (record.status ?? 0) > 299;
  return { text: record.status === 202 ? "queued" : failed ? outcome(record) : "", failed };
}

function outcome({ status, aborted }: RecordedRequest): string {
  if (aborted) return "the workspace hung up";
  return status === undefined ? "the connection was cut" : `${status}`;
}

function endedIds(platform: PlatformState, workspace: WorkspaceState): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const row of listDelegations(platform, workspace)) {
    if (typeof row !== "object" || row === null) continue;
    if (!("status" in row) || !TERMINAL_STATUSES.has(row.status)) continue;
    if ("delegation_id" in row && typeof row.delegation_id === "string") ids.add(row.delegation_id);
  }
  return ids;
}
