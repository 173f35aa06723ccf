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
  "hibernating",
  "awaiting_agent",
] as const;

/** A workspace's status. */
export type WorkspaceStatus = typeof WORKSPACE_STATUSES[number];

/** The ways in which messages get to a workspace. */
export const DELIVERY_MODES = ["push", "poll"] as const;

/** How messages get to a workspace. */
export type DeliveryMode = typeof DELIVERY_MODES[number];
