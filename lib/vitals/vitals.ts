import type { Clock } from "../clock.ts";
import type { Outcome, OutcomeKind } from "../platform/mod.ts";
import { Tally } from "./_tally.ts";
import type { Gauges, Outage, VitalSigns, WorkspaceSigns } from "./vital_signs.ts";

/** What a request is for. */
export type RequestPurpose = "beat" | "poll" | "wake" | "note";

/** Options of {@linkcode Vitals}. */
export interface VitalsOptions {
  /** Looks at what nobody tells. */
  readonly gauges: () => Gauges;
  /** The clock of those who tell when something is due. */
  readonly clock: Clock;
  /**
   * The time of day, in epoch milliseconds.
   *
   * @default {Date.now}
   */
  readonly timeOfDay?: () => number;
}

/** Learns when a request has ended, how, and after how many seconds; it may not wait. */
export type RequestListener = (
  purpose: RequestPurpose,
  ended: { readonly kind: OutcomeKind; readonly seconds: number },
) => void;

/**
 * Gathers what happens to one workspace's sidecar. The loops tell it; nothing here waits, fails, or
 * changes what they do.
 */
export class Vitals {
  /** When it was made, in epoch milliseconds. */
  readonly startedAt: number;
  readonly #options: VitalsOptions;
  readonly #timeOfDay: () => number;
  readonly #tallies = {
    beat: new Tally(),
    poll: new Tally(),
    wake: new Tally(),
    note: new Tally(),
  };
  readonly #changeListeners = new Set<() => void>();
  readonly #requestListeners = new Set<RequestListener>();
  #outage: Outage | undefined;
  #nextDueAt: number | undefined;
  #clockOffsetSeconds: number | undefined;
  #delivered = 0;
  #lastDeliveredAt: number | undefined;
  #rejectedRows = 0;
  #workspace: WorkspaceSigns = { presence: "unknown", status: "", since: undefined };

  /** @param options What it looks at itself. */
  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#timeOfDay = options.timeOfDay ?? Date.now;
    this.startedAt = this.#timeOfDay();
  }

  /** A beat is on its way. */
  beatBegan(): void {
    this.#nextDueAt = undefined;
  }

  /**
   * A beat has ended. That is no news yet: the plan of the next one is, which follows.
   *
   * @param outcome What became of it.
   * @param seconds How long it took.
   */
  beatEnded(outcome: Outcome, seconds: number): void {
    const at = this.#timeOfDay();
    const isAccepted = outcome.kind === "ok";
    const { attempts = 0, since = at } = this.#outage ?? {};
    this.#outage = isAccepted ? undefined : { since, attempts: attempts + 1 };
    this.#clockOffsetSeconds = outcome.clockOffsetSeconds ?? this.#clockOffsetSeconds;
    this.#ended("beat", outcome, { at, hasSucceeded: isAccepted, seconds });
  }

  /**
   * The next beat has its time.
   *
   * @param due When it is due, in milliseconds of the clock.
   */
  beatPlanned(due: number): void {
    this.#nextDueAt = Math.round(this.#timeOfDay() + due - this.#options.clock.now());
    this.#changed();
  }

  /** The listing of delegations was asked for. Only another end than the last one is news. */
  pollEnded(outcome: Outcome, seconds: number): void {
    const at = this.#timeOfDay();
    const before = this.#tallies.poll.lastKind;
    this.#ended("poll", outcome, { at, hasSucceeded: outcome.kind === "ok", seconds });
    if (outcome.kind !== before) this.#changed();
  }

  /**
   * The agent was to be woken.
   *
   * @param outcome What became of the wake.
   * @param options `hasSucceeded`: whether the agent has it, or will have it; `seconds`.
   */
  wakeEnded(
    outcome: Outcome,
    options: { readonly hasSucceeded: boolean; readonly seconds: number },
  ): void {
    this.#requested("wake", outcome, options);
  }

  /** A note to the user was sent. */
  noteEnded(outcome: Outcome, seconds: number): void {
    this.#requested("note", outcome, { hasSucceeded: outcome.kind === "ok", seconds });
  }

  /** So many rows of the platform were no sound row, or another workspace's, and are not delivered. */
  rowsRejected(count: number): void {
    this.#rejectedRows += count;
    if (count > 0) this.#changed();
  }

  /** So many results were written for the agent. */
  resultsDelivered(count: number): void {
    this.#delivered += count;
    this.#lastDeliveredAt = this.#timeOfDay();
    this.#changed();
  }

  /**
   * The platform has said whether the workspace is there.
   *
   * @param presence What that means.
   * @param status What the platform calls it, neutralised.
   */
  workspaceFound(presence: WorkspaceSigns["presence"], status: string): void {
    if (this.#workspace.presence === presence && this.#workspace.status === status) return;
    this.#workspace = { presence, status, since: this.#timeOfDay() };
    this.#changed();
  }

  /**
   * Calls a listener whenever something has changed that is told.
   *
   * @param listener It may not wait.
   * @returns Ends that.
   */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /**
   * Calls a listener with the end of every request.
   *
   * @param listener It may not wait.
   * @returns Ends that.
   */
  onRequest(listener: RequestListener): () => void {
    this.#requestListeners.add(listener);
    return () => this.#requestListeners.delete(listener);
  }

  /** Everything that is known now. */
  signs(): VitalSigns {
    const { beat, note, poll, wake } = this.#tallies;
    const { external, heapTotal, heapUsed, rss } = Deno.memoryUsage();
    return {
      ...this.#options.gauges(),
      startedAt: this.startedAt,
      beats: { ...beat.signs(), outage: this.#outage, nextDueAt: this.#nextDueAt },
      clockOffsetSeconds: this.#clockOffsetSeconds,
      polls: poll.signs(),
      wakes: wake.signs(),
      notes: note.signs(),
      results: {
        delivered: this.#delivered,
        lastDeliveredAt: this.#lastDeliveredAt,
        rejectedRows: this.#rejectedRows,
      },
      workspace: this.#workspace,
      memory: { rss, heapUsed, heapTotal, external },
    };
  }

  #requested(
    purpose: RequestPurpose,
    outcome: Outcome,
    how: { readonly hasSucceeded: boolean; readonly seconds: number },
  ): void {
    this.#ended(purpose, outcome, { at: this.#timeOfDay(), ...how });
    this.#changed();
  }

  #ended(
    purpose: RequestPurpose,
    outcome: Outcome,
    how: { readonly at: number; readonly hasSucceeded: boolean; readonly seconds: number },
  ): void {
    this.#tallies[purpose].add(outcome, how);
    const { kind } = outcome;
    for (const listener of this.#requestListeners) {
      listener(purpose, { kind, seconds: how.seconds });
    }
  }

  #changed(): void {
    for (const listener of this.#changeListeners) listener();
  }
}
