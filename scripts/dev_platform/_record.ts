import type { HttpRequest } from "./_http_request.ts";
import type { RouteMatch } from "./_routes.ts";
import type { RecordedRequest } from "./recorded_request.ts";

const TEXT_LIMIT = 1024 * 1024;
const decoder = new TextDecoder();

/** What the request line says. */
export interface Address {
  /** The path. */
  readonly path: string;
  /** The query with its "?", or "". */
  readonly search: string;
  /** The endpoint, or undefined when there is none. */
  readonly route: RouteMatch | undefined;
}

/**
 * Records a request.
 *
 * @param request The request.
 * @param address What its request line says.
 * @returns The record, but for its index.
 */
export function newRecord(request: HttpRequest, address: Address): Omit<RecordedRequest, "index"> {
  const { path, search, route } = address;
  const body = parsed(decoder.decode(request.body));
  return {
    route: route?.route ?? "other",
    method: request.method,
    path,
    search,
    headers: request.headers,
    text: decoder.decode(request.body.subarray(0, TEXT_LIMIT)),
    body,
    receivedAt: performance.now(),
    answeredAt: undefined,
    status: undefined,
    workspaceId: route?.workspaceId ?? workspaceInBody(body),
    aborted: false,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `/registry/*` names the workspace in the body. */
function workspaceInBody(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  if ("workspace_id" in body && typeof body.workspace_id === "string") return body.workspace_id;
  if ("id" in body && typeof body.id === "string") return body.id;
  return undefined;
}
