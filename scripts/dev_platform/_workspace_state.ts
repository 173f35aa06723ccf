import type { Latest } from "./_latest.ts";
import type { Timeline } from "./_timeline.ts";
import type { DeliveredMessage, QueuedMessage } from "./a2a_message.ts";
import type { AgentBehaviour } from "./agent_behaviour.ts";
import type { AcceptedBeat, BeatBody, RuntimeOverrides } from "./beat_body.ts";
import type { ChatBubble } from "./chat_bubble.ts";
import type { DeliveryMode, WorkspaceStatus } from "./workspace_status.ts";

/** A row of the table of activities. */
export interface ActivityRow {
  /** Place in the order of insertion, across the workspace. */
  readonly sequence: number;
  /** The row's UUID. */
  readonly id: string;
  /** "delegation", "a2a_receive", … */
  readonly type: string;
  /** "delegate", "delegate_result", "notify", … */
  readonly method: string;
  /** Where it comes from; null for the user. */
  readonly sourceId: string | null;
  /** Whom it is for. */
  readonly targetId: string | null;
  /** The delegation it belongs to. */
  readonly delegationId: string | undefined;
  /** When it was inserted, on the platform's clock. */
  readonly createdAt: number;
  /** What newer platforms mark an echo of a busy queue with, or "". */
  readonly messageType: string;
  /** What was sent, as JSON; undefined for nothing. */
  readonly requestBody: unknown;
  /** What was answered, as JSON; undefined for nothing. */
  readonly responseBody: unknown;
  /** One line about it. */
  summary: string;
  /** How far it is. */
  status: string;
  /** What went wrong, or "". */
  error: string;
  /** The answer in full, or "". */
  response: string;
}

/** A row that a test has put into the listing of delegations as it is. */
export interface InjectedRow {
  /** Place in the order of insertion, across the workspace. */
  readonly sequence: number;
  /** What is listed. */
  readonly raw: unknown;
}

/** All that the platform knows about one workspace, and the script of its agent. */
export interface WorkspaceState {
  /** Its id. */
  readonly id: string;
  /** When it was made, on the platform's clock. */
  readonly createdAt: number;
  /** Its name. */
  name: string;
  /** Its parent. */
  parentId: string | null;
  /** "external" or the kind of container. */
  runtime: string;
  /** How messages get to it; undefined until it has registered, if nobody has said it before. */
  deliveryMode: DeliveryMode | undefined;
  /** How many tasks it takes at once. */
  maxConcurrentTasks: number;
  /** The secret for inbound calls. */
  inboundSecret: string | undefined;
  /** Where its agent listens; null until it has registered. */
  url: string | null;
  /** What newer platforms want their workspaces to notice; undefined for nothing. */
  generation: number | undefined;
  /** When a registration of it was refused last, on the platform's clock. */
  registerFailedAt: number | undefined;
  /** When it was removed, on the platform's clock; undefined for what is not removed. */
  removedAt: number | undefined;
  /** Its agent card. */
  agentCard: unknown;
  /** Its status. */
  status: WorkspaceStatus;
  /** When the liveness key expires, on the platform's clock; undefined while there is no key. */
  livenessUntil: number | undefined;
  /** How often the platform has restarted its container. */
  restarts: number;
  /** The live tokens, oldest first. */
  tokens: string[];
  /** The accepted beats. */
  readonly beats: Latest<AcceptedBeat>;
  /** What the last beat said. */
  lastBeat: BeatBody | undefined;
  /** When the row's last_heartbeat_at is, on the platform's clock. */
  lastHeartbeatAt: number | undefined;
  /** What the last beat's `runtime_metadata` has set. */
  overrides: RuntimeOverrides | undefined;
  /** The user's chat. */
  readonly chat: ChatBubble[];
  /** The messages that have reached the agent. */
  readonly delivered: DeliveredMessage[];
  /** The messages that have been queued, in order. */
  readonly queue: QueuedMessage[];
  /** The rows of activities. */
  readonly activity: ActivityRow[];
  /** Rows for the listing of delegations. */
  readonly injected: InjectedRow[];
  /** Rows up to this one aren't listed any more. */
  hiddenUpTo: number;
  /** The last number given to a row. */
  sequence: number;
  /** The script of the agent. */
  agent: AgentBehaviour;
  /** The ends of the turns that are going on. */
  readonly turns: Set<() => void>;
  /** What the page tells about it. */
  readonly timeline: Timeline;
}
