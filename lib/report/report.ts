/**
 * The capabilities an agent can take over from the platform, by their names on the wire
 * (contract 4.4).
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
}

/** What the agent reports about itself, gathered between beats. */
export class Report {
  #requests = 0;
  #errors = 0;
  #sampleError = "";
  #activeTasks = 0;
  #currentTask = "";
  #wedgeReason = "";
  #capabilities: ReadonlySet<CapabilityName> = new Set();
  #idleTimeoutSeconds: number | undefined;

  /** What the report says now; it does not change afterwards. */
  snapshot(): AgentState {
    return {
      requests: this.#requests,
      errors: this.#errors,
      sampleError: this.#sampleError,
      activeTasks: this.#activeTasks,
      currentTask: this.#currentTask,
      wedgeReason: this.#wedgeReason,
      capabilities: this.#capabilities,
      idleTimeoutSeconds: this.#idleTimeoutSeconds,
    };
  }

  /**
   * Takes off what an accepted beat has carried. What was recorded while it was under way stays
   * for the next one, and an error that has been shown is not shown for ever.
   *
   * @param carried The snapshot that the beat was made of.
   */
  accepted(carried: AgentState): void {
    this.#requests -= carried.requests;
    this.#errors -= carried.errors;
    if (this.#errors === 0) this.#sampleError = "";
  }

  /** Records a request that succeeded. */
  recordSuccess(): void {
    this.#requests++;
  }

  /**
   * Records a request that failed.
   *
   * @param text What went wrong; the last text is the one shown.
   */
  recordError(text: string): void {
    this.#requests++;
    this.#errors++;
    this.#sampleError = text;
  }

  /**
   * Records that a task has begun.
   *
   * @param label What the agent is doing.
   */
  startTask(label: string): void {
    this.#activeTasks++;
    this.#currentTask = label;
  }

  /** Records that a task has ended; the label goes with the last one. */
  finishTask(): void {
    this.#activeTasks = Math.max(0, this.#activeTasks - 1);
    if (this.#activeTasks === 0) this.#currentTask = "";
  }

  /**
   * Marks the runtime as stuck. The first reason stands until it is cleared.
   *
   * @param reason Why; it is shown on the workspace's card.
   */
  markWedged(reason: string): void {
    if (this.#wedgeReason === "") this.#wedgeReason = reason;
  }

  /** Takes the mark off. */
  clearWedged(): void {
    this.#wedgeReason = "";
  }

  /**
   * Declares what the agent does itself.
   *
   * @param capabilities The capabilities it has.
   * @param options `idleTimeoutSeconds` replaces the platform's default; it counts only as a
   * positive whole number.
   */
  declare(
    capabilities: Iterable<CapabilityName>,
    options: { idleTimeoutSeconds?: number } = {},
  ): void {
    this.#capabilities = new Set(capabilities);
    this.#idleTimeoutSeconds = options.idleTimeoutSeconds;
  }
}
