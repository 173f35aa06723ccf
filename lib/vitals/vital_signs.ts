/**
 * What is known of a sidecar at one instant. Stamps are epoch milliseconds; counters only grow, and
 * begin with the process.
 *
 * @module
 */

import type { OutcomeKind } from "../platform/mod.ts";

/** What became of the last request of a kind. */
export interface LastOutcome {
  readonly kind: OutcomeKind;
  /** Undefined when there was no answer. */
  readonly httpStatus: number | undefined;
  /** What happened, as a log line says it: neutralised, but not masked. */
  readonly detail: string;
  /** When it was known. */
  readonly at: number;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** What became of all requests of a kind. */
export interface RequestSigns {
  /** How many have done what they were to do. */
  readonly succeeded: number;
  /** How many have not; each try counts. */
  readonly failed: number;
  /** How many ended in which way; those that none ended in are left out. */
  readonly byOutcome: ReadonlyMap<OutcomeKind, number>;
  readonly last: LastOutcome | undefined;
  /** When one succeeded last. */
  readonly lastSucceededAt: number | undefined;
}

/** A time in which no beat was accepted. */
export interface Outage {
  /** When the first beat failed. */
  readonly since: number;
  /** How many beats have failed in a row. */
  readonly attempts: number;
}

/** What became of the beats; those that succeeded were accepted. */
export interface BeatSigns extends RequestSigns {
  /** Undefined while beats are accepted. */
  readonly outage: Outage | undefined;
  /** When the next one is due; undefined while one is under way, and when none is planned. */
  readonly nextDueAt: number | undefined;
}

/** What became of results. */
export interface ResultSigns {
  /** How many are in the results file, or were taken out of it. */
  readonly delivered: number;
  readonly lastDeliveredAt: number | undefined;
  /** How many rows of the platform were no sound row, or another workspace's. */
  readonly rejectedRows: number;
}

/** Whether the workspace is there, as the platform has said last. */
export type WorkspacePresence =
  /** It has not been asked yet. */
  | "unknown"
  | "present"
  /** It is paused or hibernated. */
  | "resting"
  | "removed";

/** What the platform has said of the workspace. */
export interface WorkspaceSigns {
  readonly presence: WorkspacePresence;
  /** What the platform calls that, neutralised; "" when it said no word for it. */
  readonly status: string;
  /** When that was found. */
  readonly since: number | undefined;
}

/** The token that is in use. */
export interface TokenSigns {
  /** `issued` is one that the platform has issued and that its file does not hold yet. */
  readonly source: "file" | "issued" | "environment" | "none";
  /**
   * When the token's file was written, or the token issued; undefined when nobody knows: for the
   * environment's, and when there is none.
   */
  readonly changedAt: number | undefined;
}

/** What the process holds in memory, in bytes. */
export interface MemorySigns {
  readonly rss: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number;
}

/** What is not told when it changes, but looked at. */
export interface Gauges {
  /** How many results are known that have not been written: for want of a disk, or of their reply. */
  readonly resultsPending: number;
  /** How many results were delivered, and the agent has not been woken for them yet. */
  readonly resultsUnwoken: number;
  /** The journal's size, in bytes; undefined when there is none, or it has to be written anew. */
  readonly journalBytes: number | undefined;
  readonly token: TokenSigns;
}

/** Everything that is known of a sidecar. */
export interface VitalSigns extends Gauges {
  /** When it was made. */
  readonly startedAt: number;
  readonly beats: BeatSigns;
  /** How far the platform's clock is ahead of ours, in seconds; undefined when nobody knows. */
  readonly clockOffsetSeconds: number | undefined;
  /** Requests for the listing of delegations. */
  readonly polls: RequestSigns;
  readonly wakes: RequestSigns;
  readonly notes: RequestSigns;
  readonly results: ResultSigns;
  readonly workspace: WorkspaceSigns;
  readonly memory: MemorySigns;
}
