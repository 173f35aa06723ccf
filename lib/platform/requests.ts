/**
 * The requests that the sidecar makes: path, deadline and cap of each in one place.
 *
 * @module
 */

import type { AnswerMark } from "./answer_mark.ts";
import type { Outcome } from "./outcome.ts";

/** A request to the platform. */
export interface PlatformRequest {
  readonly method: "GET" | "POST";
  /** From the platform's base address on; begins with a slash. */
  readonly path: string;
  /** JSON, ready to send, so that a retry sends the same bytes. */
  readonly body?: string;
  /**
   * Whether sending it twice does harm: `fetch` repeats a request by itself, unseen, when its
   * connection breaks before the answer comes.
   */
  readonly isSentOnce?: boolean;
  /**
   * Whether the outcome tells what the answer is recognised by when it comes again.
   *
   * @default {false}
   */
  readonly isMarked?: boolean;
  /** An answer that need not be read when it comes again, or come at all when the platform can tell. */
  readonly known?: AnswerMark;
  /** Headers beyond those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the whole exchange may take, in milliseconds, however slowly the answer drips. */
  readonly deadlineMs: number;
  /** The most bytes of an answer that are read. */
  readonly maxBytes: number;
}

/** Whatever can send requests: the plain client, or the one that proves who it is. */
export interface Sender {
  /**
   * Sends a request. Whatever goes wrong is an outcome; only the signal makes it reject.
   *
   * @param request The request.
   * @param options `signal` gives the request up, with the signal's reason.
   */
  send(request: PlatformRequest, options: { signal: AbortSignal }): Promise<Outcome>;
}

/**
 * Sends like another sender, when it may.
 *
 * @param sender Who sends.
 * @param pace Resolves when so many requests may be sent, or when the signal aborts.
 */
export function pacedSender(
  sender: Sender,
  pace: (requests: number, signal: AbortSignal) => Promise<void>,
): Sender {
  return {
    async send(request, options) {
      await pace(1, options.signal);
      return await sender.send(request, options);
    },
  };
}

const MIB = 1024 * 1024;
const SHORT_DEADLINE_MS = 10_000;
const LONG_DEADLINE_MS = 30_000;
const PRECIOUS_DEADLINE_MS = 60_000;
/** The platform answers a wake when the agent's turn ends (contract 1.8). */
const WAKE_DEADLINE_MS = 120_000;

/** POST /registry/heartbeat (contract 1.1). */
export function heartbeatRequest(body: object): PlatformRequest {
  return post("/registry/heartbeat", body);
}

/**
 * GET /workspaces/:id/delegations (contract 1.7); up to 8 MiB.
 *
 * @param workspaceId The workspace.
 * @param known An answer that need not be read again.
 */
export function delegationsRequest(workspaceId: string, known?: AnswerMark): PlatformRequest {
  return {
    ...get(`/workspaces/${encodeURIComponent(workspaceId)}/delegations`),
    maxBytes: 8 * MIB,
    isMarked: true,
    ...(known !== undefined && { known }),
  };
}

/** GET /workspaces/:id (contract 1.4). */
export function workspaceRequest(workspaceId: string): PlatformRequest {
  return get(`/workspaces/${encodeURIComponent(workspaceId)}`);
}

/**
 * GET /workspaces/:id/activity, the messages that the workspace was sent (contract 1.10); up to 8 MiB,
 * and for longer than other answers: they hold what was sent as a whole.
 *
 * @param workspaceId The workspace.
 * @param page From where on, as far as the platform knows `since_id`, and how many at the most.
 */
export function activityRequest(
  workspaceId: string,
  { limit, since }: { readonly limit: number; readonly since: string | undefined },
): PlatformRequest {
  const query = new URLSearchParams({
    type: "a2a_receive",
    limit: String(limit),
    ...(since !== undefined && { since_id: since }),
  });
  return {
    ...get(`/workspaces/${encodeURIComponent(workspaceId)}/activity?${query}`),
    deadlineMs: LONG_DEADLINE_MS,
    maxBytes: 8 * MIB,
  };
}

/**
 * POST /registry/register (contract 1.2). Its answer may hold a token that is told only once: it is
 * waited for longer than others.
 */
export function registerRequest(body: object): PlatformRequest {
  return { ...post("/registry/register", body), deadlineMs: PRECIOUS_DEADLINE_MS };
}

/** GET /workspaces/:id/state: only for a token that is live (contract 1.5). */
export function stateRequest(workspaceId: string): PlatformRequest {
  return get(`/workspaces/${encodeURIComponent(workspaceId)}/state`);
}

/** GET /health: needs no token and no tenant header (contract 1.10). */
export function healthRequest(): PlatformRequest {
  return get("/health");
}

/**
 * POST /workspaces/:id/a2a to the workspace itself (contract 1.8). `X-Workspace-ID` marks it as
 * the agent's own: without it the message would be shown as the user's.
 */
export function wakeRequest(workspaceId: string, body: object): PlatformRequest {
  return {
    ...post(`/workspaces/${encodeURIComponent(workspaceId)}/a2a`, body),
    headers: { "x-workspace-id": workspaceId },
    deadlineMs: WAKE_DEADLINE_MS,
    isSentOnce: true,
  };
}

/** POST /workspaces/:id/notify (contract 1.9): each one is a message that the user sees. */
export function notifyRequest(workspaceId: string, message: string): PlatformRequest {
  const path = `/workspaces/${encodeURIComponent(workspaceId)}/notify`;
  return { ...post(path, { message }), isSentOnce: true };
}

function get(path: string): PlatformRequest {
  return { method: "GET", path, deadlineMs: SHORT_DEADLINE_MS, maxBytes: MIB };
}

function post(path: string, body: object): PlatformRequest {
  return { ...get(path), method: "POST", body: JSON.stringify(body) };
}
