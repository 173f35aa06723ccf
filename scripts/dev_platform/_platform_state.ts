import { Changes } from "./_changes.ts";
import type { PlatformClock } from "./_clock.ts";
import type { LedgerRow } from "./_delegation_ledger.ts";
import { DIALECT_RULES, type DialectRules } from "./_dialect_rules.ts";
import { expireLiveness, LIVENESS_MS } from "./_liveness.ts";
import { Latest } from "./_latest.ts";
import { forgetOldest, type Memory } from "./_memory.ts";
import { Timeline } from "./_timeline.ts";
import { freshToken } from "./_tokens.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { AddWorkspaceOptions } from "./add_workspace_options.ts";
import type { Dialect } from "./dialect.ts";
import type { PlatformEvent, PlatformEventType } from "./platform_event.ts";

/** What the endpoints work on. */
export class PlatformState {
  /** The clock. */
  readonly clock: PlatformClock;
  /** The dialect. */
  readonly dialect: Dialect;
  /** What the dialect makes of it. */
  readonly rules: DialectRules;
  /** Whether listings of delegations have an ETag. */
  readonly offersEtags: boolean;
  /** The workspaces by id. */
  readonly workspaces = new Map<string, WorkspaceState>();
  /** The ledger of delegations, by their ids, in the order in which they were put there. */
  readonly ledger = new Map<string, LedgerRow>();
  /** The broadcasts so far. */
  readonly events: Latest<PlatformEvent>;
  /** What has changed of what the page shows. */
  readonly changes: Changes = new Changes();
  readonly #closing = new AbortController();
  readonly #background = new Set<Promise<void>>();

  readonly #memory: Memory;

  /**
   * @param clock The clock.
   * @param options The dialect, how much of what has happened is kept, and what it offers.
   */
  constructor(
    clock: PlatformClock,
    { dialect, memory, offersEtags }: { dialect: Dialect; memory: Memory; offersEtags: boolean },
  ) {
    this.clock = clock;
    this.#memory = memory;
    this.events = new Latest(memory.events);
    this.dialect = dialect;
    this.rules = DIALECT_RULES[dialect];
    this.offersEtags = offersEtags;
  }

  /** Aborted when the platform closes: whatever waits ends. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Makes a workspace.
   *
   * @param options What it is like.
   * @returns It.
   * @throws {Deno.errors.AlreadyExists} If there is one with this id.
   */
  add(options: AddWorkspaceOptions = {}): WorkspaceState {
    const { id = crypto.randomUUID(), status = "online", token = freshToken() } = options;
    if (this.workspaces.has(id)) {
      throw new Deno.errors.AlreadyExists(`Cannot add workspace '${id}': it exists`);
    }
    const now = this.clock.now();
    const registered = status !== "provisioning" && status !== "failed" && status !== "removed";
    const workspace: WorkspaceState = {
      id,
      createdAt: now,
      name: options.name ?? "Workspace",
      parentId: options.parentId ?? null,
      runtime: options.runtime ?? "langgraph",
      deliveryMode: options.deliveryMode,
      maxConcurrentTasks: options.maxConcurrentTasks ?? 1,
      inboundSecret: options.inboundSecret,
      url: registered ? "http://127.0.0.1:8000" : null,
      generation: options.generation,
      registerFailedAt: undefined,
      removedAt: status === "removed" ? now : undefined,
      agentCard: null,
      status,
      livenessUntil: status === "online" || status === "degraded" ? now + LIVENESS_MS : undefined,
      restarts: 0,
      tokens: token === null || status === "removed" ? [] : [token],
      beats: new Latest(this.#memory.beats),
      lastBeat: undefined,
      lastHeartbeatAt: registered ? now : undefined,
      overrides: undefined,
      chat: [],
      delivered: [],
      queue: [],
      activity: [],
      injected: [],
      hiddenUpTo: 0,
      sequence: 0,
      agent: { kind: "answers" },
      turns: new Set(),
      timeline: new Timeline(this.changes, status, now),
    };
    this.workspaces.set(id, workspace);
    return workspace;
  }

  /**
   * Broadcasts something.
   *
   * @param type What.
   * @param workspace About which workspace.
   * @param payload What else to tell.
   */
  emit(
    type: PlatformEventType,
    workspace: WorkspaceState,
    payload: Readonly<Record<string, unknown>> = {},
  ): void {
    const event = { at: this.clock.now(), type, workspaceId: workspace.id, payload };
    this.events.add(event);
    // Whatever happens to a workspace is broadcast, its beats if nothing else.
    forgetOldest(workspace, this.#memory);
    workspace.timeline.look(workspace.status, event.at);
    workspace.timeline.event(event);
  }

  /** Lets the liveness keys expire whose time has come. */
  expire(): void {
    expireLiveness(this);
  }

  /**
   * Lets something go on while the request that has caused it is answered.
   *
   * @param work What goes on.
   */
  inBackground(work: () => Promise<void>): void {
    const task = work();
    this.#background.add(task);
    task.finally(() => this.#background.delete(task));
  }

  /** Ends all that waits. */
  close(): void {
    this.#closing.abort();
  }

  /** Resolves when nothing goes on in the background any more. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }
}
