import * as v from "valibot";
import { takeTurn } from "./_agent_turn.ts";
import { type Answer, failure, json } from "./_answer.ts";
import { enqueue } from "./_busy_queue.ts";
import {
  completeDelegation,
  failDelegation,
  insertResult,
  markDelegation,
  queueDelegation,
  startDelegation,
} from "./_delegation_steps.ts";
import { parseJson } from "./_json_body.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { A2aRequest } from "./a2a_message.ts";

const required = v.pipe(v.string(), v.nonEmpty());
const text = v.nullish(v.string(), "");
const order = v.object({ target_id: required, task: required });
const recorded = v.object({ target_id: required, task: required, delegation_id: required });
const update = v.object({ status: v.string(), error: text, response_preview: text });

/**
 * `POST /workspaces/:id/delegate`: answers at once and drives the target in the background. A
 * target that is no workspace of this platform is a peer that a test lets finish or fail.
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace Who delegates.
 * @returns The answer.
 */
export function delegate(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const result = v.safeParse(order, parseJson(request.body));
  if (!result.success) return failure(400, "invalid delegation request");
  const { target_id, task } = result.output;
  const id = crypto.randomUUID();
  startDelegation(platform, workspace, { id, to: target_id, status: "pending" });
  platform.inBackground(() => drive(platform, workspace, { id, to: target_id, task }));
  return json(202, { delegation_id: id, status: "delegated", target_id });
}

/**
 * `POST /workspaces/:id/delegations/record`: the agent has delegated by itself.
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace Who delegates.
 * @returns The answer.
 */
export function recordDelegation(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const result = v.safeParse(recorded, parseJson(request.body));
  if (!result.success) return failure(400, "invalid request body");
  const { target_id, delegation_id } = result.output;
  startDelegation(platform, workspace, { id: delegation_id, to: target_id, status: "dispatched" });
  return json(202, { delegation_id, status: "recorded" });
}

/**
 * `POST /workspaces/:id/delegations/:did/update`: unlike for a delegation that the platform drives,
 * the first row is updated before the result's row is inserted.
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace Who has delegated.
 * @returns The answer.
 */
export function updateDelegation(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const result = v.safeParse(update, parseJson(request.body));
  if (!result.success) return failure(400, "invalid request body");
  const { status, error, response_preview } = result.output;
  const id = request.delegationId;
  if (status === "completed") {
    markDelegation(platform, workspace, { id, status });
    insertResult(platform, workspace, { id, reply: response_preview, targetId: "" });
  } else if (status === "failed") {
    markDelegation(platform, workspace, { id, status, error });
  } else {
    return failure(400, "status must be 'completed' or 'failed'");
  }
  return json(200, { delegation_id: id, status });
}

async function drive(
  platform: PlatformState,
  workspace: WorkspaceState,
  delegation: { id: string; to: string; task: string },
): Promise<void> {
  const { id, to, task } = delegation;
  markDelegation(platform, workspace, { id, status: "dispatched" });
  const target = platform.workspaces.get(to);
  if (target === undefined) return;
  const request: A2aRequest = {
    id,
    method: "message/send",
    message: {
      role: "user",
      messageId: id,
      parts: [{ kind: "text", text: task }],
      metadata: { delegation_id: id },
    },
  };
  const sender = { callerId: workspace.id, headers: undefined };
  const outcome = await takeTurn(platform, target, request, sender);
  if (platform.closing.aborted) return;
  switch (outcome.kind) {
    case "replied":
      return completeDelegation(platform, workspace, id, outcome.reply);
    case "refused":
      return failDelegation(platform, workspace, id, outcome.error);
    case "booting":
    case "busy":
      enqueue(target, request, workspace.id);
      return queueDelegation(platform, workspace, id);
  }
}
