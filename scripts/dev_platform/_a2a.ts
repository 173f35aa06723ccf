import { BODY_LIMIT, parseA2a } from "./_a2a_request.ts";
import { insertRow } from "./_activity_rows.ts";
import { messageText, takeTurn } from "./_agent_turn.ts";
import { type Answer, failure, json } from "./_answer.ts";
import { enqueue, queueDepth } from "./_busy_queue.ts";
import { cutBytes } from "./_byte_text.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import { lenientGate } from "./_tokens.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { A2aRequest } from "./a2a_message.ts";

const SYSTEM_PREFIXES = ["webhook:", "system:", "test:", "channel:"];

/**
 * `POST /workspaces/:id/a2a`: answers when the agent's turn has ended.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns The answer.
 */
export async function proxyA2a(platform: PlatformState, request: PlatformRequest): Promise<Answer> {
  const callerId = request.headers.get("x-workspace-id") || null;
  const workspace = platform.workspaces.get(request.workspaceId);
  const refusal = refuseCaller(platform, request, callerId);
  if (refusal !== undefined) return refusal;
  if (workspace === undefined) return failure(404, "workspace not found");
  if (platform.rules.tellsTooLong && request.body.length > BODY_LIMIT) {
    return json(413, {
      error: "request body too large",
      truncated: true,
      max_bytes: BODY_LIMIT,
    });
  }
  const a2a = parseA2a(request.body);
  if (a2a === undefined) return failure(400, "invalid JSON");
  recordMessage(platform, workspace, a2a, callerId);
  if (workspace.deliveryMode === "poll") {
    // Nobody is woken: the workspace has to look at its activities.
    return json(200, { status: "queued", delivery_mode: "poll", method: a2a.method });
  }
  const sender = { callerId, headers: request.headers };
  const outcome = await takeTurn(platform, workspace, a2a, sender);
  switch (outcome.kind) {
    case "replied":
      return json(200, outcome.answer);
    case "refused":
      return outcome.answer;
    case "booting":
      return json(200, { status: "queued", ...queued(workspace, a2a, callerId) });
    case "busy":
      return json(202, {
        ...queued(workspace, a2a, callerId),
        message: "workspace agent busy, request queued",
      });
  }
}

function queued(workspace: WorkspaceState, request: A2aRequest, callerId: string | null): object {
  const { queueId } = enqueue(workspace, request, callerId);
  return { queued: true, queue_id: queueId, queue_depth: queueDepth(workspace) };
}

/** A call without X-Workspace-ID is the user's, and older platforms want no token of one to oneself. */
function refuseCaller(
  platform: PlatformState,
  request: PlatformRequest,
  callerId: string | null,
): Answer | undefined {
  if (callerId === null) return undefined;
  if (callerId === request.workspaceId && !platform.rules.checksSelfCalls) return undefined;
  if (SYSTEM_PREFIXES.some((prefix) => callerId.startsWith(prefix))) {
    return failure(403, "invalid caller ID");
  }
  const caller = platform.workspaces.get(callerId);
  const refusal = lenientGate(caller, request.headers, "caller");
  if (refusal !== undefined) return refusal;
  const target = platform.workspaces.get(request.workspaceId);
  if (target === undefined || caller !== undefined && areRelated(caller, target)) return undefined;
  return failure(403, "access denied: workspaces cannot communicate per hierarchy rules");
}

/** Whether two workspaces may talk: also one to itself. */
function areRelated(one: WorkspaceState, other: WorkspaceState): boolean {
  return one.parentId === other.parentId || one.parentId === other.id || other.parentId === one.id;
}

function recordMessage(
  platform: PlatformState,
  workspace: WorkspaceState,
  request: A2aRequest,
  callerId: string | null,
): void {
  insertRow(platform, workspace, {
    type: "a2a_receive",
    method: request.method,
    sourceId: callerId,
    targetId: workspace.id,
    summary: cutBytes(messageText(request.message), 80).text,
    status: "ok",
    requestBody: {
      jsonrpc: "2.0",
      id: request.id,
      method: request.method,
      params: { message: request.message },
    },
  });
}
