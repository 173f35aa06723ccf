import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";

/** How long the liveness key lives without a beat. */
export const LIVENESS_MS = 180_000;

/** Statuses that an expired key leaves alone. */
const UNTOUCHED: ReadonlySet<WorkspaceStatus> = new Set([
  "removed",
  "paused",
  "hibernated",
  "hibernating",
]);

/**
 * Lets the liveness keys expire whose time has come, and sweeps the external workspaces.
 *
 * @param platform The platform.
 */
export function expireLiveness(platform: PlatformState): void {
  const now = platform.clock.now();
  const { staleExternal } = platform.rules;
  for (const workspace of platform.workspaces.values()) {
    const isExternal = workspace.runtime === "external";
    const status = isExternal ? staleExternal.status : "offline";
    const expired = workspace.livenessUntil;
    if (isExternal && isStale(workspace, now - staleExternal.afterMs)) {
      workspace.livenessUntil = undefined;
      goDown(platform, workspace, { status, since: seenAt(workspace) + staleExternal.afterMs });
    } else if (expired !== undefined && expired <= now) {
      workspace.livenessUntil = undefined;
      workspace.timeline.changed();
      if (UNTOUCHED.has(workspace.status)) continue;
      goDown(platform, workspace, { status, since: expired });
      if (!isExternal && !hasPausedAncestor(platform, workspace)) workspace.restarts++;
    }
  }
}

/**
 * Tells when a workspace goes down unless it beats.
 *
 * @param platform The platform.
 * @param workspace The workspace.
 * @returns The time, or undefined when nothing watches it.
 */
export function expiresAt(platform: PlatformState, workspace: WorkspaceState): number | undefined {
  const { livenessUntil, runtime } = workspace;
  if (runtime !== "external") return livenessUntil;
  const staleAt = seenAt(workspace) + platform.rules.staleExternal.afterMs;
  return Math.min(livenessUntil ?? Infinity, staleAt);
}

/**
 * Makes the liveness key, as only a registration does.
 *
 * @param workspace The workspace.
 * @param now The platform's time.
 */
export function createLivenessKey(workspace: WorkspaceState, now: number): void {
  workspace.livenessUntil = now + LIVENESS_MS;
}

/**
 * Prolongs the liveness key, as a beat does: a key that has expired stays away.
 *
 * @param workspace The workspace.
 * @param now The platform's time.
 */
export function prolongLivenessKey(workspace: WorkspaceState, now: number): void {
  if (workspace.livenessUntil !== undefined) workspace.livenessUntil = now + LIVENESS_MS;
}

/**
 * Sets a status by hand, as the canvas does.
 *
 * @param platform The platform.
 * @param workspace The workspace.
 * @param status The status; "removed" revokes the workspace's tokens.
 */
export function setStatus(
  platform: PlatformState,
  workspace: WorkspaceState,
  status: WorkspaceStatus,
): void {
  expireLiveness(platform);
  workspace.status = status;
  workspace.timeline.look(status, platform.clock.now());
  workspace.removedAt = status === "removed" ? platform.clock.now() : undefined;
  if (status === "removed") {
    workspace.tokens = [];
    workspace.livenessUntil = undefined;
    platform.emit("WORKSPACE_REMOVED", workspace);
  }
}

/** Whether a workspace counts as up, but has not beaten since some time. */
function isStale(workspace: WorkspaceState, since: number): boolean {
  const { status } = workspace;
  return (status === "online" || status === "degraded") && seenAt(workspace) < since;
}

function seenAt({ lastHeartbeatAt, createdAt }: WorkspaceState): number {
  return lastHeartbeatAt ?? createdAt;
}

function goDown(
  platform: PlatformState,
  workspace: WorkspaceState,
  { status, since }: { status: WorkspaceStatus; since: number },
): void {
  workspace.status = status;
  workspace.timeline.look(status, since);
  platform.emit("WORKSPACE_OFFLINE", workspace);
}

function hasPausedAncestor(platform: PlatformState, workspace: WorkspaceState): boolean {
  const met = new Set([workspace.id]);
  let parentId = workspace.parentId;
  while (parentId !== null && !met.has(parentId)) {
    met.add(parentId);
    const parent = platform.workspaces.get(parentId);
    if (parent?.status === "paused") return true;
    parentId = parent?.parentId ?? null;
  }
  return false;
}
