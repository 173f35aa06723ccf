import type { Changes } from "./_changes.ts";
import { type LedgerRow, TERMINAL_STATUSES } from "./_delegation_ledger.ts";
import { Latest } from "./_latest.ts";
import type { PageDelegation, PageFailing, PageMoment } from "./page_workspace.ts";
import type { PlatformEvent } from "./platform_event.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";

/** At two beats a minute, more than two hours. */
const MOST_MOMENTS = 300;
const MOST_DELEGATIONS = 30;
const TEXT_LENGTH = 300;

/** What has happened to one workspace lately, for the page: bounded, however long it lives. */
export class Timeline {
  readonly #changes: Changes;
  readonly #moments = new Latest<PageMoment>(MOST_MOMENTS);
  readonly #delegations = new Map<string, PageDelegation>();
  #failing: PageFailing | undefined;
  #status: WorkspaceStatus;
  #statusSince: number;
  #version: number;

  /**
   * @param changes Counts what changes.
   * @param status The workspace's first status.
   * @param now The platform's time.
   */
  constructor(changes: Changes, status: WorkspaceStatus, now: number) {
    this.#changes = changes;
    this.#status = status;
    this.#statusSince = now;
    this.#version = changes.add();
  }

  /** The number of the last change. */
  get version(): number {
    return this.#version;
  }

  /** The latest instants, the oldest first. */
  get moments(): readonly PageMoment[] {
    return this.#moments.kept;
  }

  /** The latest delegations, the oldest first. */
  get delegations(): readonly PageDelegation[] {
    return [...this.#delegations.values()];
  }

  /** The attempts to beat that have failed since the last accepted one. */
  get failing(): PageFailing | undefined {
    return this.#failing;
  }

  /** Since when the status is what it is. */
  get statusSince(): number {
    return this.#statusSince;
  }

  /** Tells that something else about the workspace has changed. */
  changed(): void {
    this.#version = this.#changes.add();
  }

  /**
   * Adds an instant.
   *
   * @param moment It; nothing of it went wrong unless it says so.
   */
  add(moment: Pick<PageMoment, "at" | "kind"> & Partial<PageMoment>): void {
    const { text = "", failed = false } = moment;
    this.#moments.add({ ...moment, text: text.slice(0, TEXT_LENGTH), failed });
    this.changed();
  }

  /**
   * A beat was accepted.
   *
   * @param at When.
   */
  beat(at: number): void {
    this.#failing = undefined;
    this.add({ at, kind: "beat" });
  }

  /**
   * An attempt to beat has failed.
   *
   * @param at When.
   * @param why What has become of it.
   */
  failure(at: number, why: string): void {
    const { since = at, count = 0 } = this.#failing ?? {};
    this.#failing = { since, count: count + 1, why };
    this.add({ at, kind: "failure", text: why, failed: true });
  }

  /**
   * Looks whether the status is still the same.
   *
   * @param status The status.
   * @param at Since when, if it has changed.
   */
  look(status: WorkspaceStatus, at: number): void {
    if (status === this.#status) return;
    const text = `${this.#status} → ${status}`;
    this.#status = status;
    this.#statusSince = at;
    this.add({ at, kind: "status", text });
  }

  /**
   * Takes in a broadcast.
   *
   * @param event The broadcast.
   */
  event({ at, type, payload }: PlatformEvent): void {
    const text = (key: string) => typeof payload[key] === "string" ? payload[key] : "";
    const id = text("delegation_id");
    switch (type) {
      case "AGENT_MESSAGE":
        return this.add({ at, kind: "note", text: text("message") });
      case "DELEGATION_SENT":
        return this.#sent(id, text("target_id"), at);
      case "DELEGATION_STATUS":
        if (text("status") === "completed") return this.#ended(id, { status: "finished", at });
        if (text("status") === "queued") return this.#update(id, { status: "queued" });
        return;
      case "DELEGATION_COMPLETE":
        return this.#ended(id, { status: "finished", at });
      case "DELEGATION_FAILED":
        return this.#ended(id, { status: "failed", at, error: text("error") });
      default:
        this.changed();
    }
  }

  /**
   * Takes in a row of the ledger about a delegation that the workspace has sent: some are nowhere
   * else.
   *
   * @param row The row.
   */
  ledgerRow(row: LedgerRow): void {
    const { delegationId: id, status, updatedAt: at, error } = row;
    if (!this.#delegations.has(id)) this.#sent(id, row.targetId, row.createdAt);
    if (status === "completed") return this.#ended(id, { status: "finished", at });
    if (TERMINAL_STATUSES.has(status)) {
      return this.#ended(id, { status: "failed", at, error: error || status });
    }
    this.#update(id, { status: status === "queued" || status === "stuck" ? status : "running" });
  }

  /** Whether a delegation has ended, and its result is not delivered yet. */
  get hasUndelivered(): boolean {
    return this.delegations.some(isUndelivered);
  }

  /**
   * The workspace's poll was answered.
   *
   * @param ids The delegations whose results it has got.
   * @param at When.
   */
  delivered(ids: ReadonlySet<string>, at: number): void {
    for (const delegation of this.delegations) {
      if (isUndelivered(delegation) && ids.has(delegation.id)) {
        this.#update(delegation.id, { deliveredAt: at });
      }
    }
  }

  #sent(id: string, to: string, at: number): void {
    const fresh = { endedAt: null, deliveredAt: null, error: "" };
    this.#delegations.set(id, { id, to, sentAt: at, status: "running", ...fresh });
    const [oldest] = this.#delegations.keys();
    if (this.#delegations.size > MOST_DELEGATIONS && oldest !== undefined) {
      this.#delegations.delete(oldest);
    }
    this.changed();
  }

  #ended(id: string, end: { status: "finished" | "failed"; at: number; error?: string }): void {
    const { status, at, error = "" } = end;
    if (this.#delegations.get(id)?.endedAt !== null) return;
    this.#update(id, { status, endedAt: at, error: error.slice(0, TEXT_LENGTH) });
  }

  #update(id: string, change: Partial<PageDelegation>): void {
    const delegation = this.#delegations.get(id);
    if (delegation === undefined) return;
    this.#delegations.set(id, { ...delegation, ...change });
    this.changed();
  }
}

function isUndelivered({ endedAt, deliveredAt }: PageDelegation): boolean {
  return endedAt !== null && deliveredAt === null;
}
