/** The values of a workspace's status. */
export const WORKSPACE_STATUSES = [
  "provisioning",
  "online",
  "offline",
  "degraded",
  "failed",
  "removed",
  "paused",
  "hibernated",
] as const;

/** A workspace's status. */
export type WorkspaceStatus = typeof WORKSPACE_STATUSES[number];

/** How messages get to a workspace. */
export type DeliveryMode = "push" | "poll";
