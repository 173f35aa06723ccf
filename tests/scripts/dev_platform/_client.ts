import type { DevPlatform, DevWorkspace } from "../../../scripts/dev_platform/mod.ts";

/** What was answered. */
export interface Answered {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  readonly body: unknown;
}

/** What to send besides method and path. */
export interface CallOptions {
  /** The token, for a bearer. */
  readonly token?: string | undefined;
  /** The body: a text, or what becomes JSON. */
  readonly body?: string | object;
  /** More headers. */
  readonly headers?: Record<string, string>;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** Calls the platform: `call(platform, "GET /health")`. */
export async function call(
  platform: Pick<DevPlatform, "url">,
  request: string,
  options: CallOptions = {},
): Promise<Answered> {
  const [method = "", path = ""] = request.split(" ");
  const { token, body, headers = {}, signal } = options;
  const response = await fetch(platform.url + path, {
    method,
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** Sends a heartbeat with the workspace's token; `fields` override those of a calm workspace. */
export function beat(
  platform: DevPlatform,
  workspace: DevWorkspace,
  fields: object = {},
): Promise<Answered> {
  return call(platform, "POST /registry/heartbeat", {
    token: workspace.token,
    body: { workspace_id: workspace.id, error_rate: 0, active_tasks: 0, ...fields },
  });
}

/** Lists a workspace's delegations. */
export async function listing(
  platform: DevPlatform,
  workspace: DevWorkspace,
): Promise<Record<string, unknown>[]> {
  const path = `GET /workspaces/${workspace.id}/delegations`;
  const { body } = await call(platform, path, { token: workspace.token });
  return Array.isArray(body) ? body : [];
}

/** Lists a workspace's activity; `query` begins with "?". */
export async function activity(
  platform: DevPlatform,
  workspace: DevWorkspace,
  query = "",
): Promise<Record<string, unknown>[]> {
  const path = `GET /workspaces/${workspace.id}/activity${query}`;
  const { body, text } = await call(platform, path, { token: workspace.token });
  if (!Array.isArray(body)) throw new TypeError(`Cannot list activity '${query}': ${text}`);
  return body;
}

/** Sends a workspace a message from itself. */
export function wake(
  platform: DevPlatform,
  workspace: DevWorkspace,
  messageId: string,
  options: CallOptions = {},
): Promise<Answered> {
  const message = { role: "user", messageId, parts: [{ kind: "text", text: "Wake up" }] };
  return call(platform, `POST /workspaces/${workspace.id}/a2a`, {
    headers: { "X-Workspace-ID": workspace.id },
    body: { jsonrpc: "2.0", id: "1", method: "message/send", params: { message } },
    ...options,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
