import type { RequestSigns, Vitals, VitalSigns } from "../vitals/mod.ts";
import { NONE_OF_ANY_KIND } from "./_outcome_kinds.ts";
import { BeatSeconds } from "./beat_seconds.ts";
import type { FamilyName } from "./families.ts";
import type { Series } from "./measured.ts";

/** Options of {@linkcode WorkspaceMetrics}. */
export interface WorkspaceMetricsOptions {
  readonly workspaceId: string;
  /** Seconds between two beats, as set. */
  readonly intervalSeconds: number;
  /** What happens to its sidecar. */
  readonly vitals: Vitals;
}

/** Values, by the family that they are of. */
export type FamilySeries = Readonly<Partial<Record<FamilyName, readonly Series[]>>>;

const STATES: readonly VitalSigns["workspace"]["presence"][] = [
  "unknown",
  "present",
  "resting",
  "removed",
];
const TOKEN_SOURCES: readonly VitalSigns["token"]["source"][] = [
  "file",
  "issued",
  "environment",
  "none",
];

/** Measures one workspace. */
export class WorkspaceMetrics {
  /** The workspace's id. */
  readonly workspaceId: string;
  readonly #intervalSeconds: number;
  /** What happens to its sidecar. */
  readonly vitals: Vitals;
  readonly #beatSeconds = new BeatSeconds();

  /** @param options Which workspace, and what happens to it. */
  constructor({ intervalSeconds, vitals, workspaceId }: WorkspaceMetricsOptions) {
    this.workspaceId = workspaceId;
    this.#intervalSeconds = intervalSeconds;
    this.vitals = vitals;
    vitals.onRequest((purpose, { seconds }) => {
      if (purpose === "beat") this.#beatSeconds.add(seconds);
    });
  }

  /** What holds now. */
  measure(): FamilySeries {
    const signs = this.vitals.signs();
    const { beats, notes, polls, results, token, wakes } = signs;
    const workspace = this.workspaceId;
    const one = (value: number | undefined): readonly Series[] =>
      value === undefined ? [] : [{ labels: { workspace }, value }];
    const byLabel = (label: string, values: Readonly<Record<string, number>>): readonly Series[] =>
      Object.entries(values).map(([text, value]) => ({
        labels: { workspace, [label]: text },
        value,
      }));
    const oneOf = (label: string, all: readonly string[], is: string) =>
      byLabel(label, Object.fromEntries(all.map((text) => [text, text === is ? 1 : 0])));
    return {
      startTime: one(signs.startedAt / 1000),
      interval: one(this.#intervalSeconds),
      beats: byLabel("outcome", { ...NONE_OF_ANY_KIND, ...Object.fromEntries(beats.byOutcome) }),
      beatSeconds: [{ labels: { workspace }, value: this.#beatSeconds.value() }],
      lastAccepted: one((beats.lastSucceededAt ?? 0) / 1000),
      consecutiveFailures: one(beats.outage?.attempts ?? 0),
      clockOffset: one(signs.clockOffsetSeconds),
      workspaceState: oneOf("state", STATES, signs.workspace.presence),
      tokenSource: oneOf("source", TOKEN_SOURCES, token.source),
      tokenChanged: one(token.changedAt === undefined ? undefined : token.changedAt / 1000),
      polls: one(sent(polls)),
      failedPolls: one(polls.failed),
      resultsDelivered: one(results.delivered),
      resultsPending: one(signs.resultsPending),
      resultsUnwoken: one(signs.resultsUnwoken),
      rejectedRows: one(results.rejectedRows),
      wakes: one(sent(wakes)),
      failedWakes: one(wakes.failed),
      notes: one(sent(notes)),
      failedNotes: one(notes.failed),
      journalBytes: one(signs.journalBytes),
    };
  }
}

function sent({ failed, succeeded }: RequestSigns): number {
  return failed + succeeded;
}
