/**
 * The capabilities an agent can take over from the platform, by their names on the wire
 * (contract 4.4); docs/report.md says what each does.
 */
export const CAPABILITIES = [
  "heartbeat",
  "scheduler",
  "session",
  "status_mgmt",
  "retry",
  "activity_decoration",
  "channel_dispatch",
] as const;

/** One of {@linkcode CAPABILITIES}. */
export type CapabilityName = typeof CAPABILITIES[number];

/** What a report says at one moment. */
export interface AgentState {
  /** Requests since the last accepted beat. */
  readonly requests: number;
  /** Those of them that failed. */
  readonly errors: number;
  /** The last error's text, or "". */
  readonly sampleError: string;
  /** Tasks under way. At the platform's maximum its queue for this agent stops (contract 1.1). */
  readonly activeTasks: number;
  /** What the agent is doing, or "". */
  readonly currentTask: string;
  /** Why the runtime is stuck, or "" when it is not. */
  readonly wedgeReason: string;
  /** Which capabilities the agent has; all others it has not. */
  readonly capabilities: ReadonlySet<CapabilityName>;
  /** After how many seconds of silence a turn is cut off, where it is not the platform's default. */
  readonly idleTimeoutSeconds: number | undefined;
  /** What the agent has spent this month, in US cents, where it says so. */
  readonly monthlySpend: number | undefined;
}
