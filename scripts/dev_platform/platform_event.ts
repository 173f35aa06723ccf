/** What the platform tells its canvas about. */
export type PlatformEventType =
  | "WORKSPACE_HEARTBEAT"
  | "WORKSPACE_ONLINE"
  | "WORKSPACE_DEGRADED"
  | "WORKSPACE_OFFLINE"
  | "WORKSPACE_REMOVED"
  | "TASK_UPDATED"
  | "AGENT_CARD_UPDATED"
  | "AGENT_MESSAGE"
  | "A2A_RECEIVED"
  | "DELEGATION_SENT"
  | "DELEGATION_STATUS"
  | "DELEGATION_COMPLETE"
  | "DELEGATION_FAILED";

/** One broadcast of the platform. */
export interface PlatformEvent {
  /** When, in milliseconds on the platform's clock. */
  readonly at: number;
  /** What happened. */
  readonly type: PlatformEventType;
  /** To which workspace. */
  readonly workspaceId: string;
  /** What the broadcast carries besides. */
  readonly payload: Readonly<Record<string, unknown>>;
}
