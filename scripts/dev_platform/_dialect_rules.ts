import type { Dialect } from "./dialect.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";

/** What the dialects differ in: whatever answers looks here, and never asks for the dialect. */
export interface DialectRules {
  /** The paths that need no tenant's header. */
  readonly withoutTenant: ReadonlySet<string>;
  /** Whether a request without the tenant's header is told so, not answered as if it were foreign. */
  readonly tellsMissingTenant: boolean;
  /** Whether beats may carry card, busyness, schema version and generation, which older ones ignore. */
  readonly readsNewerBeats: boolean;
  /** Whether the answer to a beat tells the workspace's generation. */
  readonly tellsGeneration: boolean;
  /** Statuses that any beat turns into online. */
  readonly revivedByBeat: ReadonlySet<WorkspaceStatus>;
  /** How old the last beat of an external workspace may be, and what it is from then on. */
  readonly staleExternal: { readonly afterMs: number; readonly status: WorkspaceStatus };
  /** Whether a registration that is refused degrades the workspace for a while. */
  readonly remembersFailedRegistration: boolean;
  /**
   * Whether an external workspace polls unless it says otherwise, the answer to a registration tells
   * which it is, and a push without url is told so.
   */
  readonly weighsDeliveryMode: boolean;
  /** Whether a workspace that was removed is answered with 410, not shown with its status. */
  readonly removedIsGone: boolean;
  /** Whether who sends itself a message has to prove who it is. */
  readonly checksSelfCalls: boolean;
  /** Whether a message that is too long is refused with 413, not cut and then no JSON any more. */
  readonly tellsTooLong: boolean;
  /** Whether a message waits for an agent that has not registered yet. */
  readonly queuesForBooting: boolean;
  /** Whether activity can be asked for from a row on, and tells echoes of a busy queue as such. */
  readonly pagesActivity: boolean;
  /** Whether rows of delegations say from which side they are seen. */
  readonly tellsDirection: boolean;
  /** Whether the row of a failed result names its delegation. */
  readonly namesFailedResults: boolean;
}

const WITHOUT_TENANT = ["/health", "/metrics", "/registry/register", "/registry/heartbeat"];

/** The rules of each dialect. */
export const DIALECT_RULES: Readonly<Record<Dialect, DialectRules>> = {
  "2026-04": {
    withoutTenant: new Set(WITHOUT_TENANT),
    tellsMissingTenant: false,
    readsNewerBeats: false,
    tellsGeneration: false,
    revivedByBeat: new Set<WorkspaceStatus>(["offline", "provisioning"]),
    staleExternal: { afterMs: 90_000, status: "offline" },
    remembersFailedRegistration: false,
    weighsDeliveryMode: false,
    removedIsGone: false,
    checksSelfCalls: false,
    tellsTooLong: false,
    queuesForBooting: false,
    pagesActivity: false,
    tellsDirection: false,
    namesFailedResults: false,
  },
  "2026-06": {
    withoutTenant: new Set([...WITHOUT_TENANT, "/buildinfo"]),
    tellsMissingTenant: true,
    readsNewerBeats: true,
    tellsGeneration: true,
    revivedByBeat: new Set<WorkspaceStatus>([
      "offline",
      "provisioning",
      "awaiting_agent",
      "failed",
    ]),
    staleExternal: { afterMs: 180_000, status: "awaiting_agent" },
    remembersFailedRegistration: true,
    weighsDeliveryMode: true,
    removedIsGone: true,
    checksSelfCalls: true,
    tellsTooLong: true,
    queuesForBooting: true,
    pagesActivity: true,
    tellsDirection: true,
    namesFailedResults: true,
  },
};
