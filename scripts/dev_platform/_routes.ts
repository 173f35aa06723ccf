import type { RouteName } from "./route_name.ts";

/** An endpoint, as a request line addresses it. */
export interface RouteMatch {
  /** The endpoint's name for faults and recorded requests. */
  readonly route: RouteName;
  /** Which of the endpoints of this name. */
  readonly endpoint: string;
  /** The workspace in the path. */
  readonly workspaceId: string | undefined;
  /** The delegation in the path. */
  readonly delegationId: string | undefined;
}

const ENDPOINTS: readonly [endpoint: string, route: RouteName][] = [
  ["GET /health", "health"],
  ["POST /registry/heartbeat", "heartbeat"],
  ["POST /registry/register", "register"],
  ["POST /registry/update-card", "update-card"],
  ["GET /workspaces/:id", "workspace"],
  ["GET /workspaces/:id/state", "state"],
  ["GET /workspaces/:id/delegations", "delegations"],
  ["POST /workspaces/:id/delegate", "delegate"],
  ["POST /workspaces/:id/delegations/record", "delegate"],
  ["POST /workspaces/:id/delegations/:did/update", "delegate"],
  ["POST /workspaces/:id/a2a", "a2a"],
  ["POST /workspaces/:id/notify", "notify"],
  ["GET /workspaces/:id/activity", "activity"],
  ["POST /workspaces/:id/activity", "activity"],
];

const PATTERNS = ENDPOINTS.map(([endpoint, route]) => ({
  endpoint,
  route,
  pattern: new RegExp(`^${endpoint.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
}));

/**
 * Finds the endpoint of a request.
 *
 * @param method The HTTP method.
 * @param path The path, without the query.
 * @returns The endpoint, or undefined when there is none; double slashes aren't cleaned up.
 */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  for (const { endpoint, route, pattern } of PATTERNS) {
    const match = pattern.exec(`${method} ${path}`);
    if (match === null) continue;
    const { id, did } = match.groups ?? {};
    return {
      route,
      endpoint,
      workspaceId: id && decodeSegment(id),
      delegationId: did && decodeSegment(did),
    };
  }
  return undefined;
}

/**
 * Decodes a segment of a path.
 *
 * @param segment The segment.
 * @returns Its text; as it is when it cannot be decoded.
 */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
