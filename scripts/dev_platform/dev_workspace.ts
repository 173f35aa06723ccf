import { releaseTurns } from "./_agent_turn.ts";
import { putLedgerRow } from "./_delegation_ledger.ts";
import { injectRows } from "./_delegation_listing.ts";
import {
  completeDelegation,
  drainDelegation,
  failDelegation,
  hasDelegation,
  insertResult,
  markDelegation,
  queueDelegation,
  startDelegation,
} from "./_delegation_steps.ts";
import { setStatus } from "./_liveness.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { DeliveredMessage, QueuedMessage } from "./a2a_message.ts";
import type { AcceptedBeat, BeatBody, RuntimeOverrides } from "./beat_body.ts";
import type { ChatBubble } from "./chat_bubble.ts";
import type { LedgerRowOptions } from "./ledger_row_options.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";
import type { AgentBehaviour } from "./agent_behaviour.ts";

/** What a workspace's agent delegates. */
export interface DelegateOptions {
  /**
   * The target's id.
   *
   * @default {crypto.randomUUID()}
   */
  to?: string | undefined;
  /** What to do; the platform keeps it to itself. */
  task?: string | undefined;
  /**
   * The delegation's id.
   *
   * @default {crypto.randomUUID()}
   */
  id?: string | undefined;
}

/** A workspace of the development platform, as its tests see and script it. */
export class DevWorkspace {
  readonly #platform: PlatformState;
  readonly #state: WorkspaceState;

  /**
   * @param platform The platform.
   * @param state The workspace there.
   */
  constructor(platform: PlatformState, state: WorkspaceState) {
    this.#platform = platform;
    this.#state = state;
  }

  /** Its id. */
  get id(): string {
    return this.#state.id;
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
    return this.#state.beats;
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

  /**
   * Delegates, as the agent does with `POST …/delegate`, to a peer that the test plays.
   *
   * @param options To whom, and under which id.
   * @returns The delegation's id.
   */
  delegate(options: DelegateOptions = {}): string {
    const { to = crypto.randomUUID(), id = crypto.randomUUID() } = options;
    startDelegation(this.#platform, this.#state, { id, to, status: "pending" });
    markDelegation(this.#platform, this.#state, { id, status: "dispatched" });
    return id;
  }

  /**
   * The peer has done it: inserts the result's row, then completes the first row.
   *
   * @param delegationId The delegation.
   * @param reply The peer's reply.
   * @throws {Deno.errors.NotFound} If there is no such delegation; so do all that follow.
   */
  finish(delegationId: string, reply: string): void {
    this.#mustHave(delegationId);
    completeDelegation(this.#platform, this.#state, delegationId, reply);
  }

  /**
   * The peer has failed.
   *
   * @param delegationId The delegation.
   * @param error What went wrong.
   */
  fail(delegationId: string, error: string): void {
    this.#mustHave(delegationId);
    failDelegation(this.#platform, this.#state, delegationId, error);
  }

  /**
   * The moment between the two steps of `POST …/update`: the first row is completed, and there is
   * no result's row.
   *
   * @param delegationId The delegation.
   */
  finishBare(delegationId: string): void {
    this.#mustHave(delegationId);
    markDelegation(this.#platform, this.#state, { id: delegationId, status: "completed" });
  }

  /**
   * Inserts the result's row after {@linkcode DevWorkspace.finishBare}; like that of `POST …/update`
   * it names no target.
   *
   * @param delegationId The delegation.
   * @param reply The peer's reply.
   */
  finishResult(delegationId: string, reply: string): void {
    this.#mustHave(delegationId);
    insertResult(this.#platform, this.#state, { id: delegationId, reply, targetId: "" });
  }

  /**
   * The target is busy: both rows say queued.
   *
   * @param delegationId The delegation.
   */
  queueDelegation(delegationId: string): void {
    this.#mustHave(delegationId);
    queueDelegation(this.#platform, this.#state, delegationId);
  }

  /**
   * The target has got round to a queued delegation: the result's row is updated where it is, the
   * first row stays queued.
   *
   * @param delegationId The delegation.
   * @param reply The peer's reply.
   */
  drainDelegation(delegationId: string, reply: string): void {
    this.#mustHave(delegationId);
    drainDelegation(this.#platform, this.#state, delegationId, reply);
  }

  /**
   * Puts rows into the listing of delegations as they are, whatever they are.
   *
   * @param rows The rows, the youngest first; they are younger than all rows so far.
   * @param options With `replace`, none of the rows so far is listed any more.
   */
  injectRows(rows: unknown[], options: { replace?: boolean } = {}): void {
    injectRows(this.#state, rows, options.replace ?? false);
  }

  /**
   * Puts a row into the ledger of delegations, where this workspace and the other one both find it,
   * or updates it where it is. As soon as a workspace has a row there, nothing but the ledger's rows
   * is listed for it any more: none of what the methods above make.
   *
   * @param options The row.
   * @throws {Deno.errors.AlreadyExists} If the delegation is between two other workspaces.
   * @throws {Deno.errors.InvalidData} If it has ended, and the row says something else; what says
   * the same again changes nothing.
   */
  putLedgerRow(options: LedgerRowOptions): void {
    putLedgerRow(this.#platform, this.id, options);
  }

  #mustHave(delegationId: string): void {
    if (hasDelegation(this.#state, delegationId)) return;
    throw new Deno.errors.NotFound(
      `Cannot find delegation '${delegationId}' of workspace '${this.id}'`,
    );
  }
}
