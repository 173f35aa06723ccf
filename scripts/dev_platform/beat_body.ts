/** The body of a heartbeat as the platform has understood it: what was absent or null is zero. */
export interface BeatBody {
  /** Whom it is for. */
  readonly workspace_id: string;
  /** Share of failed requests. */
  readonly error_rate: number;
  /** The last error. */
  readonly sample_error: string;
  /** How many tasks the agent is at. */
  readonly active_tasks: number;
  /** How long it has been up. */
  readonly uptime_seconds: number;
  /** What it is at. */
  readonly current_task: string;
  /** US cents. */
  readonly monthly_spend: number;
  /** "wedged" or "". */
  readonly runtime_state: string;
  /** What the runtime can do; undefined clears what was known. */
  readonly runtime_metadata: RuntimeMetadata | undefined;
  /** The generation that the workspace has noticed; only newer platforms read it. */
  readonly observed_generation?: number | undefined;
  /** The agent's card, for a workspace that has none yet; only newer platforms read it. */
  readonly agent_card?: object | undefined;
}

/** The block `runtime_metadata` of a heartbeat. */
export interface RuntimeMetadata {
  /** What the runtime does by itself. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** How long a turn may be silent. */
  readonly idle_timeout_seconds: number | undefined;
}

/** What the last beat's `runtime_metadata` has set. */
export interface RuntimeOverrides {
  /** What the runtime does by itself. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** How long a turn may be silent. */
  readonly idleTimeoutSeconds: number | undefined;
}

/** A heartbeat that was answered with 200. */
export interface AcceptedBeat {
  /** When, on the platform's clock. */
  readonly at: number;
  /** What it said. */
  readonly body: BeatBody;
}
