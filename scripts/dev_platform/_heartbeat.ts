import { type Answer, failure, json } from "./_answer.ts";
import { drainOne } from "./_busy_queue.ts";
import { isStorable } from "./_byte_text.ts";
import { parseBeat } from "./_heartbeat_body.ts";
import { isUuid } from "./_ids.ts";
import { prolongLivenessKey } from "./_liveness.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import { failedToRegister, statusAfterBeat } from "./_status_transitions.ts";
import { lenientGate } from "./_tokens.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { BeatBody } from "./beat_body.ts";

const INT32 = 2 ** 31;

/**
 * `POST /registry/heartbeat`.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns The answer.
 */
export function heartbeat(platform: PlatformState, request: PlatformRequest): Answer {
  const body = parseBeat(request.body, platform.rules);
  if (body === undefined) return failure(400, "invalid request body");
  const workspace = platform.workspaces.get(body.workspace_id);
  const refusal = lenientGate(workspace, request.headers);
  if (refusal !== undefined) return refusal;
  if (!isStorableBeat(body) || workspace === undefined && !isUuid(body.workspace_id)) {
    return failure(500, "failed to update");
  }
  if (workspace !== undefined) accept(platform, workspace, body);
  const secret = workspace?.inboundSecret;
  return json(200, {
    status: "ok",
    ...(secret === undefined ? {} : { platform_inbound_secret: secret }),
    ...(platform.rules.tellsGeneration && workspace?.generation !== undefined &&
      { generation: workspace.generation }),
  });
}

/** Postgres refuses NUL in text, and more than 32 bits in these columns. */
function isStorableBeat(body: BeatBody): boolean {
  return [body.current_task, body.sample_error].every(isStorable) &&
    [body.active_tasks, body.uptime_seconds].every((value) => value >= -INT32 && value < INT32);
}

/** The side effects of a beat, in the platform's order. A removed workspace is left as it is. */
function accept(platform: PlatformState, workspace: WorkspaceState, body: BeatBody): void {
  const now = platform.clock.now();
  workspace.beats.add({ at: now, body });
  workspace.timeline.beat(now);
  if (workspace.status === "removed") return;
  const formerTask = workspace.lastBeat?.current_task ?? "";
  const spend = body.monthly_spend > 0 ? body.monthly_spend : workspace.lastBeat?.monthly_spend;
  workspace.lastBeat = { ...body, monthly_spend: Math.min(spend ?? 0, 10 ** 12) };
  workspace.lastHeartbeatAt = now;
  prolongLivenessKey(workspace, now);
  if (body.agent_card !== undefined) {
    workspace.agentCard ??= body.agent_card;
    workspace.registerFailedAt = undefined;
  }
  const status = statusAfterBeat(workspace.status, body, {
    capabilities: workspace.overrides?.capabilities ?? {},
    revivedByBeat: platform.rules.revivedByBeat,
    failedToRegister: failedToRegister(workspace, now),
  });
  if (status !== workspace.status) {
    workspace.status = status;
    platform.emit(status === "degraded" ? "WORKSPACE_DEGRADED" : "WORKSPACE_ONLINE", workspace);
  }
  if (body.current_task !== formerTask) {
    platform.emit("TASK_UPDATED", workspace, {
      current_task: body.current_task,
      active_tasks: body.active_tasks,
    });
  }
  platform.emit("WORKSPACE_HEARTBEAT", workspace);
  workspace.overrides = body.runtime_metadata && {
    capabilities: body.runtime_metadata.capabilities,
    idleTimeoutSeconds: body.runtime_metadata.idle_timeout_seconds,
  };
  if (body.active_tasks < workspace.maxConcurrentTasks) drainOne(platform, workspace);
}
