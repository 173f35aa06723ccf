import * as v from "valibot";
import { insertRow } from "./_activity_rows.ts";
import { type Answer, failure, json } from "./_answer.ts";
import { parseJson } from "./_json_body.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { ActivityRow, WorkspaceState } from "./_workspace_state.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

const text = v.nullish(v.string(), "");
const report = v.object({
  activity_type: v.pipe(v.string(), v.nonEmpty()),
  method: text,
  summary: text,
  status: text,
  source_id: v.nullish(v.string()),
  target_id: v.nullish(v.string()),
});

/**
 * `GET /workspaces/:id/activity?type=&source=canvas|agent&limit=`, the youngest row first.
 *
 * @param request The request.
 * @param workspace The workspace.
 * @returns The answer.
 */
export function listActivity(request: PlatformRequest, workspace: WorkspaceState): Answer {
  const query = new URLSearchParams(request.search);
  const type = query.get("type");
  const source = query.get("source");
  if (source !== null && source !== "canvas" && source !== "agent") {
    return failure(400, "source must be 'canvas' or 'agent'");
  }
  const limit = Math.trunc(Number(query.get("limit"))) || DEFAULT_LIMIT;
  const rows = workspace.activity
    .filter((row) => type === null || row.type === type)
    .filter((row) => source === null || (source === "canvas") === (row.sourceId === null))
    .toReversed()
    .slice(0, Math.min(Math.max(limit, 1), MAX_LIMIT));
  return json(200, rows.map((row) => wireRow(row, workspace)));
}

/**
 * `POST /workspaces/:id/activity`.
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace The workspace.
 * @returns The answer.
 */
export function reportActivity(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const result = v.safeParse(report, parseJson(request.body));
  if (!result.success) return failure(400, "invalid request body");
  const { activity_type, method, summary, status, source_id, target_id } = result.output;
  insertRow(platform, workspace, {
    type: activity_type,
    method,
    summary,
    status: status || "ok",
    sourceId: source_id ?? workspace.id,
    targetId: target_id ?? null,
  });
  return json(200, { status: "logged" });
}

function wireRow(row: ActivityRow, workspace: WorkspaceState): object {
  return {
    id: row.id,
    workspace_id: workspace.id,
    activity_type: row.type,
    source_id: row.sourceId,
    target_id: row.targetId,
    method: row.method,
    summary: row.summary,
    status: row.status,
    error_detail: row.error || null,
    created_at: new Date(row.createdAt).toISOString(),
  };
}
