import { proxyA2a } from "./_a2a.ts";
import { listActivity, reportActivity } from "./_activity.ts";
import { type Answer, json, noRoute } from "./_answer.ts";
import { delegate, recordDelegation, updateDelegation } from "./_delegate.ts";
import { listDelegations } from "./_delegation_listing.ts";
import { heartbeat } from "./_heartbeat.ts";
import { withEtag } from "./_etag.ts";
import { notify } from "./_notify.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import { register, updateCard } from "./_registration.ts";
import type { RouteMatch } from "./_routes.ts";
import { strictGate } from "./_tokens.ts";
import { showState, showWorkspace } from "./_workspace_pages.ts";
import type { WorkspaceState } from "./_workspace_state.ts";

type Open = (platform: PlatformState, request: PlatformRequest) => Answer | Promise<Answer>;
type Guarded = (
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
) => Answer;

const OPEN: Readonly<Record<string, Open>> = {
  "GET /health": () => json(200, { status: "ok" }),
  "POST /registry/heartbeat": heartbeat,
  "POST /registry/register": register,
  "POST /registry/update-card": updateCard,
  "GET /workspaces/:id": showWorkspace,
  "POST /workspaces/:id/a2a": proxyA2a,
};

/** These need the workspace's token in any case. */
const GUARDED: Readonly<Record<string, Guarded>> = {
  "GET /workspaces/:id/state": (_platform, _request, workspace) => showState(workspace),
  "GET /workspaces/:id/delegations": (platform, _request, workspace) =>
    json(200, listDelegations(platform, workspace)),
  "POST /workspaces/:id/delegate": delegate,
  "POST /workspaces/:id/delegations/record": recordDelegation,
  "POST /workspaces/:id/delegations/:did/update": updateDelegation,
  "POST /workspaces/:id/notify": notify,
  "GET /workspaces/:id/activity": listActivity,
  "POST /workspaces/:id/activity": reportActivity,
};

/**
 * Handles a request that has passed the gates common to all.
 *
 * @param platform The platform.
 * @param route The endpoint, or undefined when there is none.
 * @param request The request.
 * @returns The answer.
 */
export async function handle(
  platform: PlatformState,
  route: RouteMatch | undefined,
  request: PlatformRequest,
): Promise<Answer> {
  const open = route && OPEN[route.endpoint];
  if (open !== undefined) return await open(platform, request);
  const guarded = route && GUARDED[route.endpoint];
  if (guarded === undefined) return noRoute();
  const workspace = platform.workspaces.get(request.workspaceId);
  const refusal = strictGate(workspace, request.headers);
  // A token always belongs to a known workspace.
  if (refusal !== undefined || workspace === undefined) return refusal ?? noRoute();
  const answer = guarded(platform, request, workspace);
  return platform.offersEtags && route?.route === "delegations"
    ? await withEtag(answer, request.headers)
    : answer;
}
