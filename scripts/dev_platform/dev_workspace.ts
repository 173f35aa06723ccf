import { pruneRows, receiveMessage } from "./_activity_rows.ts";
import { releaseTurns } from "./_agent_turn.ts";
import { DelegatingWorkspace } from "./_delegating_workspace.ts";
import { setStatus } from "./_liveness.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { DeliveredMessage, QueuedMessage } from "./a2a_message.ts";
import type { AcceptedBeat, BeatBody, RuntimeOverrides } from "./beat_body.ts";
import type { ChatBubble } from "./chat_bubble.ts";
import type { ReceiveOptions } from "./receive_options.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";
import type { AgentBehaviour } from "./agent_behaviour.ts";

/** A workspace of the development platform, as its tests see and script it. */
export class DevWorkspace extends DelegatingWorkspace {
  readonly #platform: PlatformState;
  readonly #state: WorkspaceState;

  /**
   * @param platform The platform.
   * @param state The workspace there.
   */
  constructor(platform: PlatformState, state: WorkspaceState) {
    super(platform, state);
    this.#platform = platform;
    this.#state = state;
  }

  /** Its name. Settable. */
  get name(): string {
    return this.#state.name;
  }

  set name(name: string) {
    this.#state.name = name;
  }

  /** The id of its parent, or null. Settable. */
  get parentId(): string | null {
    return this.#state.parentId;
  }

  set parentId(id: string | null) {
    this.#state.parentId = id;
  }

  /** The secret that every beat's answer carries. Settable. */
  get inboundSecret(): string | undefined {
    return this.#state.inboundSecret;
  }

  set inboundSecret(secret: string | undefined) {
    this.#state.inboundSecret = secret;
  }

  /** The newest live token, or undefined when there is none. */
  get token(): string | undefined {
    return this.#state.tokens.at(-1);
  }

  /** Its status. Settable; "removed" revokes its tokens. */
  get status(): WorkspaceStatus {
    this.#platform.expire();
    return this.#state.status;
  }

  set status(status: WorkspaceStatus) {
    setStatus(this.#platform, this.#state, status);
  }

  /** What newer platforms tell with every beat's answer, for the workspace to echo. Settable. */
  get generation(): number | undefined {
    return this.#state.generation;
  }

  set generation(generation: number | undefined) {
    this.#state.generation = generation;
  }

  /** Whether it has a liveness key. */
  get livenessKey(): boolean {
    this.#platform.expire();
    return this.#state.livenessUntil !== undefined;
  }

  /** How often the platform has restarted its container. */
  get restarts(): number {
    this.#platform.expire();
    return this.#state.restarts;
  }

  /** What the platform knows from the last accepted beat. */
  get lastBeat(): BeatBody | undefined {
    return this.#state.lastBeat;
  }

  /** The beats that were answered with 200. */
  get beats(): readonly AcceptedBeat[] {
    return this.#state.beats.kept;
  }

  /** How many beats were answered with 200. */
  get beatCount(): number {
    return this.#state.beats.count;
  }

  /** What the last beat's runtime_metadata has set; undefined when it had none. */
  get runtimeOverrides(): RuntimeOverrides | undefined {
    return this.#state.overrides;
  }

  /** How many tasks its agent is at, by the last beat. */
  get activeTasks(): number {
    return this.#state.lastBeat?.active_tasks ?? 0;
  }

  /** What its agent is at, by the last beat. */
  get currentTask(): string {
    return this.#state.lastBeat?.current_task ?? "";
  }

  /** The user's chat. */
  get chat(): readonly ChatBubble[] {
    return this.#state.chat;
  }

  /**
   * Puts a message into what the workspace was sent, as if it had come in just now.
   *
   * @param options The message.
   * @returns The id of its row of activity.
   */
  receive(options: ReceiveOptions = {}): string {
    return receiveMessage(this.#platform, this.#state, options).id;
  }

  /**
   * Forgets all activity, delegations included, as the platform does with rows that are older than a
   * week.
   */
  pruneActivity(): void {
    pruneRows(this.#state);
  }

  /** The messages that have reached the agent. */
  get delivered(): readonly DeliveredMessage[] {
    return this.#state.delivered;
  }

  /** The messages that were queued because the agent was busy, with what has become of them. */
  get queue(): readonly QueuedMessage[] {
    return this.#state.queue;
  }

  /** What its agent does with a message. Settable. */
  get agent(): AgentBehaviour {
    return this.#state.agent;
  }

  set agent(behaviour: AgentBehaviour) {
    this.#state.agent = behaviour;
  }

  /**
   * Ends the turns that the agent is at because it `blocks`.
   *
   * @returns How many.
   */
  release(): number {
    return releaseTurns(this.#state);
  }
}
