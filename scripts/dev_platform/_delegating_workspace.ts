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
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { DelegateOptions } from "./delegate_options.ts";
import type { LedgerRowOptions } from "./ledger_row_options.ts";

/** A workspace, as its tests script what becomes of the work that its agent hands out. */
export class DelegatingWorkspace {
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
   * The peer has done it: inserts the result's row, then completes the first row; what is in the
   * ledger alone is completed there.
   *
   * @param delegationId The delegation.
   * @param reply The peer's reply.
   * @throws {Deno.errors.NotFound} If there is no such delegation; so do all that follow.
   */
  finish(delegationId: string, reply: string): void {
    if (this.#isInLedgerAlone(delegationId)) {
      return this.putLedgerRow({ delegationId, status: "completed", responsePreview: reply });
    }
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
    if (this.#isInLedgerAlone(delegationId)) {
      return this.putLedgerRow({ delegationId, status: "failed", error });
    }
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
   * Inserts the result's row after {@linkcode DelegatingWorkspace.finishBare}; like that of
   * `POST …/update` it names no target.
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

  #isInLedgerAlone(delegationId: string): boolean {
    return !hasDelegation(this.#state, delegationId) &&
      this.#platform.ledger.get(delegationId)?.sourceId === this.id;
  }

  #mustHave(delegationId: string): void {
    if (hasDelegation(this.#state, delegationId)) return;
    throw new Deno.errors.NotFound(
      `Cannot find delegation '${delegationId}' of workspace '${this.id}'`,
    );
  }
}
