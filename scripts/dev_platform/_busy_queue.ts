import { delegationOf } from "./_a2a_request.ts";
import { takeTurn } from "./_agent_turn.ts";
import { drainDelegation } from "./_delegation_steps.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { A2aRequest, QueuedMessage } from "./a2a_message.ts";

/** How often a queued message is tried before it is given up; nobody is told. */
const ATTEMPTS = 5;

/**
 * Queues a message for a busy agent. The messageId is unique among those that wait.
 *
 * @param workspace Whose agent is busy.
 * @param request The message in its envelope.
 * @param callerId Who has sent it.
 * @returns The message in the queue: the one that was there already, if it was.
 */
export function enqueue(
  workspace: WorkspaceState,
  request: A2aRequest,
  callerId: string | null,
): QueuedMessage {
  const { messageId } = request.message;
  const waiting = workspace.queue.find((queued) =>
    queued.messageId === messageId && isWaiting(queued)
  );
  if (waiting !== undefined) return waiting;
  const queued: QueuedMessage = {
    queueId: crypto.randomUUID(),
    messageId,
    callerId,
    request,
    attempts: 0,
    status: "queued",
  };
  workspace.queue.push(queued);
  return queued;
}

/**
 * Counts the messages that wait.
 *
 * @param workspace The workspace.
 * @returns How many.
 */
export function queueDepth(workspace: WorkspaceState): number {
  return workspace.queue.filter((queued) => queued.status === "queued").length;
}

/**
 * Passes the oldest waiting message on to the agent, in the background.
 *
 * @param platform The platform.
 * @param workspace The workspace.
 */
export function drainOne(platform: PlatformState, workspace: WorkspaceState): void {
  const next = workspace.queue.find((queued) => queued.status === "queued");
  if (next === undefined) return;
  next.status = "dispatched";
  next.attempts++;
  platform.inBackground(async () => {
    const sender = { callerId: next.callerId, headers: undefined };
    const outcome = await takeTurn(platform, workspace, next.request, sender);
    if (outcome.kind !== "replied") {
      next.status = next.attempts < ATTEMPTS ? "queued" : "failed";
      return;
    }
    next.status = "completed";
    const delegationId = delegationOf(next.request);
    const caller = platform.workspaces.get(next.callerId ?? "");
    if (delegationId === undefined || caller === undefined) return;
    drainDelegation(platform, caller, delegationId, outcome.reply);
  });
}

function isWaiting(queued: QueuedMessage): boolean {
  return queued.status === "queued" || queued.status === "dispatched";
}
