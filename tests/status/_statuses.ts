import { type FoundStatus, type Status, statusOf } from "../../lib/status/mod.ts";
import { makeVitals, OK } from "../vitals/_vitals.ts";

/** When the statuses of these tests were written, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 4, 1, 12);

/** A stamp so many seconds before {@linkcode NOW}. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

/** A running sidecar's status, whose last beat was accepted 12 s ago. */
export function exampleStatus(differences: Partial<Status> = {}): Status {
  const { vitals } = makeVitals();
  vitals.beatEnded(OK, 0.25);
  const status = statusOf(vitals.signs(), {
    workspaceId: "scribe",
    platformUrl: "http://platform.test",
    intervalSeconds: 30,
    refreshSeconds: 30,
    mask: (text) => text,
    at: NOW,
    ending: undefined,
  });
  return {
    ...status,
    started_at: ago(3600),
    written_at: ago(2),
    last_accepted_beat: ago(12),
    ...differences,
  };
}

/** The same, as it is found. */
export function found(differences: Partial<Status> = {}): FoundStatus {
  return { kind: "status", status: exampleStatus(differences) };
}

/** What the last beat of an outage came to. */
export const REFUSED: NonNullable<Status["last_outcome"]> = {
  kind: "unavailable",
  http_status: 503,
  detail: "answered 503: agent is busy",
  at: ago(3),
  seconds: 0.1,
};
