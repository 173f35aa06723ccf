import { type Answer, failure, json } from "./_answer.ts";
import { isUuid } from "./_ids.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import { timestamp } from "./_timestamp.ts";
import type { WorkspaceState } from "./_workspace_state.ts";

/**
 * `GET /workspaces/:id`, which needs no token.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns The answer.
 */
export function showWorkspace(platform: PlatformState, request: PlatformRequest): Answer {
  const { workspaceId } = request;
  const workspace = platform.workspaces.get(workspaceId);
  if (workspace === undefined) {
    return isUuid(workspaceId)
      ? failure(404, "workspace not found")
      : failure(400, "invalid workspace ID");
  }
  const isShown = new URLSearchParams(request.search).get("include_removed") === "true";
  if (workspace.removedAt !== undefined && platform.rules.removedIsGone && !isShown) {
    return json(410, {
      error: "workspace removed",
      id: workspaceId,
      removed_at: timestamp(workspace.removedAt),
      hint: "Make a new workspace, and give its agent that one's id and token.",
    });
  }
  const { lastBeat } = workspace;
  return json(200, {
    id: workspace.id,
    name: workspace.name,
    role: null,
    tier: 1,
    status: workspace.status,
    url: workspace.url ?? "",
    parent_id: workspace.parentId,
    active_tasks: lastBeat?.active_tasks ?? 0,
    max_concurrent_tasks: workspace.maxConcurrentTasks,
    last_error_rate: lastBeat?.error_rate ?? 0,
    uptime_seconds: lastBeat?.uptime_seconds ?? 0,
    runtime: workspace.runtime,
    x: 0,
    y: 0,
    collapsed: false,
    agent_card: workspace.agentCard,
    last_outbound_at: null,
    provision_timeout_ms: 300_000,
  });
}

/**
 * `GET /workspaces/:id/state`.
 *
 * @param workspace The workspace.
 * @returns The answer.
 */
export function showState(workspace: WorkspaceState): Answer {
  const { id, status } = workspace;
  if (status === "removed") return json(404, { workspace_id: id, deleted: true, status });
  return json(200, { workspace_id: id, status, paused: status === "paused", deleted: false });
}
