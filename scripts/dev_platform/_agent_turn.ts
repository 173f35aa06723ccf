import { type Answer, json } from "./_answer.ts";
import type { PlatformState } from "./_platform_state.ts";
import { untilAborted } from "./_sleep.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { A2aMessage, A2aRequest } from "./a2a_message.ts";

/** How an attempt to pass a message on to an agent ends. */
export type TurnOutcome =
  /** The agent has taken its turn; `reply` is the text of its answer. */
  | { kind: "replied"; answer: object; reply: string }
  /** The agent is busy, or has not registered yet, and the message can wait in the queue. */
  | { kind: "busy" | "booting" }
  /** The platform's answer for everything else, and its text. */
  | { kind: "refused"; answer: Answer; error: string };

/** Who has sent a message, and how it came. */
export interface Sender {
  /** The header X-Workspace-ID; null stands for the user. */
  readonly callerId: string | null;
  /** The headers of the request that brought it. */
  readonly headers: Headers | undefined;
}

const DEFAULT_REPLY = "Done.";

/**
 * Passes a message on to a workspace's agent, which does what its script says.
 *
 * @param platform The platform.
 * @param workspace Whose agent it is.
 * @param request The message in its envelope.
 * @param sender Who has sent it.
 * @returns How that ends; with the end of the agent's turn at the earliest.
 */
export async function takeTurn(
  platform: PlatformState,
  workspace: WorkspaceState,
  request: A2aRequest,
  sender: Sender,
): Promise<TurnOutcome> {
  const { agent } = workspace;
  if (workspace.status === "hibernated" || agent.kind === "waking") {
    return refused(503, { error: "workspace is waking up", waking: true }, 15);
  }
  if (workspace.url === null) {
    if (platform.rules.queuesForBooting) return { kind: "booting" };
    const { status } = workspace;
    return refused(503, { error: "workspace has no URL", status });
  }
  switch (agent.kind) {
    case "unreachable":
      return refused(502, { error: "failed to reach workspace agent" });
    case "restarting":
      return refused(503, { error: "workspace agent unreachable", restarting: true });
    case "budget":
      return refused(402, { error: "workspace budget limit exceeded" });
    case "busy":
      return workspace.overrides?.capabilities["session"] ? sessionBusy() : { kind: "busy" };
    case "busy-session":
      if (agent.delivered) deliver(platform, workspace, request, sender);
      return sessionBusy();
    case "unconfirmed":
      if (agent.delivered) deliver(platform, workspace, request, sender);
      return refused(502, {
        error: "failed to read agent response",
        delivery_confirmed: agent.delivered,
      });
    case "error":
      deliver(platform, workspace, request, sender);
      return {
        kind: "replied",
        answer: {
          jsonrpc: "2.0",
          id: request.id,
          error: { code: -32603, message: agent.message },
        },
        reply: agent.message,
      };
    case "blocks":
      deliver(platform, workspace, request, sender);
      await untilReleased(platform, workspace);
      return replied(request, agent.reply);
    case "answers":
      deliver(platform, workspace, request, sender);
      return replied(request, agent.reply);
  }
}

/**
 * Ends the turns that are going on.
 *
 * @param workspace The workspace.
 * @returns How many.
 */
export function releaseTurns(workspace: WorkspaceState): number {
  const turns = [...workspace.turns];
  for (const end of turns) end();
  return turns.length;
}

/**
 * Reads the text of a message.
 *
 * @param message The message.
 * @returns Its text parts, joined.
 */
export function messageText(message: A2aMessage): string {
  const parts = Array.isArray(message["parts"]) ? message["parts"] : [];
  return parts.map((part: unknown) =>
    typeof part === "object" && part !== null && "text" in part && typeof part.text === "string"
      ? part.text
      : ""
  ).join("");
}

function deliver(
  platform: PlatformState,
  workspace: WorkspaceState,
  request: A2aRequest,
  sender: Sender,
): void {
  workspace.delivered.push({
    at: platform.clock.now(),
    message: request.message,
    callerId: sender.callerId,
    text: messageText(request.message),
    headers: sender.headers,
  });
  platform.emit("A2A_RECEIVED", workspace, {
    message_id: request.message.messageId,
    caller_id: sender.callerId,
  });
}

async function untilReleased(platform: PlatformState, workspace: WorkspaceState): Promise<void> {
  const released = new AbortController();
  const end = () => released.abort();
  workspace.turns.add(end);
  await untilAborted([released.signal, platform.closing]);
  workspace.turns.delete(end);
}

function replied(request: A2aRequest, reply = DEFAULT_REPLY): TurnOutcome {
  const result = {
    kind: "message",
    messageId: crypto.randomUUID(),
    role: "agent",
    parts: [{ kind: "text", text: reply }],
  };
  return { kind: "replied", answer: { jsonrpc: "2.0", id: request.id, result }, reply };
}

function sessionBusy(): TurnOutcome {
  return refused(503, {
    error: "workspace agent is busy",
    busy: true,
    native_session: true,
  }, 30);
}

function refused(
  status: number,
  body: Readonly<Record<string, unknown>> & { error: string },
  retryAfter?: number,
): TurnOutcome {
  const answer = retryAfter === undefined
    ? json(status, body)
    : json(status, { ...body, retry_after: retryAfter }, { "Retry-After": String(retryAfter) });
  return { kind: "refused", answer, error: body.error };
}
