import * as v from "valibot";
import { insertRow } from "./_activity_rows.ts";
import { type Answer, failure, json } from "./_answer.ts";
import { isUuid } from "./_ids.ts";
import { parseJson } from "./_json_body.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import { parseTimestamp, timestamp } from "./_timestamp.ts";
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

/** What only newer platforms read. */
const pageQuery = v.object({
  since_id: v.optional(v.string()),
  since_secs: v.optional(v.pipe(
    v.string(),
    v.regex(/^0*[1-9]\d*$/, "since_secs must be a positive integer"),
    v.transform(Number),
  )),
  before_ts: v.optional(v.pipe(
    v.string(),
    v.transform(parseTimestamp),
    v.number("before_ts must be an RFC3339 timestamp"),
  )),
  peer_id: v.optional(v.pipe(v.string(), v.check(isUuid, "peer_id must be a UUID"))),
});

/**
 * `GET /workspaces/:id/activity?type=&source=canvas|agent&limit=`, the youngest row first. Newer
 * platforms also know `since_secs=`, `before_ts=` and `peer_id=`, and `since_id=`, which lists what
 * came after that row, the oldest first; they answer 410 when they do not know it (any more).
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace The workspace.
 * @returns The answer.
 */
export function listActivity(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const given = [...new URLSearchParams(request.search)];
  // To gin, an empty parameter is an absent one.
  const query = new Map(given.filter(([, value]) => value !== ""));
  const type = query.get("type");
  const source = query.get("source");
  if (source !== undefined && source !== "canvas" && source !== "agent") {
    return failure(400, "source must be 'canvas' or 'agent'");
  }
  const asked = Math.trunc(Number(query.get("limit"))) || DEFAULT_LIMIT;
  const limit = Math.min(Math.max(asked, 1), MAX_LIMIT);
  const rows = workspace.activity
    .filter((row) => type === undefined || row.type === type)
    .filter((row) => source === undefined || (source === "canvas") === (row.sourceId === null));
  const page = (rows: readonly ActivityRow[]) =>
    json(200, rows.slice(0, limit).map((row) => wireRow(platform, row, workspace)));
  if (!platform.rules.pagesActivity) return page(rows.toReversed());
  const result = v.safeParse(pageQuery, Object.fromEntries(query));
  if (!result.success) return failure(400, result.issues[0].message);
  const { since_id, since_secs = Infinity, before_ts = Infinity, peer_id } = result.output;
  const since = platform.clock.now() - since_secs * 1000;
  const windowed = rows
    .filter(({ createdAt }) => createdAt >= since && createdAt < before_ts)
    .filter((row) => peer_id === undefined || [row.sourceId, row.targetId].includes(peer_id));
  if (since_id === undefined) return page(windowed.toReversed());
  const cursor = workspace.activity.find(({ id }) => id === since_id);
  if (cursor === undefined) {
    return json(410, { error: "since_id is unknown: it may have been pruned", since_id });
  }
  return page(windowed.filter(({ sequence }) => sequence > cursor.sequence));
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

function wireRow(
  { rules }: PlatformState,
  row: ActivityRow,
  workspace: WorkspaceState,
): object {
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
    request_body: row.requestBody ?? null,
    response_body: row.responseBody ?? null,
    ...(rules.pagesActivity && row.messageType !== "" && { message_type: row.messageType }),
    created_at: timestamp(row.createdAt),
  };
}
