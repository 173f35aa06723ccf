import { assertEquals } from "@std/assert";
import { FAMILIES, type FamilyName, type Labels, WorkspaceMetrics } from "../../lib/metrics/mod.ts";
import type { OutcomeKind } from "../../lib/platform/mod.ts";
import type { Gauges } from "../../lib/vitals/mod.ts";
import { makeVitals, OK, STARTED_AT, UNAVAILABLE } from "../vitals/_vitals.ts";

function make(gauges: Partial<Gauges> = {}) {
  const { clock, vitals } = makeVitals(gauges);
  const metrics = new WorkspaceMetrics({ workspaceId: "scribe", intervalSeconds: 30, vitals });
  const valuesOf = (name: FamilyName, labels: Labels = {}) =>
    (metrics.measure()[name] ?? []).filter(({ labels: own }) =>
      Object.entries(labels).every(([label, text]) => own[label] === text)
    ).map(({ value }) => value);
  return { clock, metrics, valuesOf, vitals };
}

Deno.test("WorkspaceMetrics.measure() shows as zero whatever has not happened yet", () => {
  const { metrics, valuesOf } = make();
  const absent = ["clockOffset", "tokenChanged", "journalBytes"] as const;
  for (const name of absent) assertEquals(valuesOf(name), [], name);
  const set = ["startTime", "interval", "workspaceState", "tokenSource", "beatSeconds"];
  for (const [name, series] of Object.entries(metrics.measure())) {
    if (set.includes(name)) continue;
    assertEquals(series.filter(({ value }) => value !== 0), [], name);
  }
  assertEquals(valuesOf("beats").length, 16);
});

Deno.test("WorkspaceMetrics.measure() has a series for what every beat can become", () => {
  const { valuesOf, vitals } = make();
  // What the type names; a kind that is new in it does not compile without being listed.
  const kinds: Readonly<Record<OutcomeKind, true>> = {
    ...{ ok: true, rejected: true, unauthorized: true, over_budget: true, forbidden: true },
    ...{ not_found: true, misrouted: true, gone: true, rate_limited: true, busy: true },
    ...{ confirmed: true, unavailable: true, unreachable: true, timed_out: true },
    ...{ oversized: true, not_granted: true },
  };
  for (const kind of Object.keys(kinds)) assertEquals(valuesOf("beats", { outcome: kind }), [0]);
  vitals.beatEnded(UNAVAILABLE, 0.1);
  vitals.beatEnded(UNAVAILABLE, 0.1);
  vitals.beatEnded(OK, 0.1);
  const counts = ["unavailable", "ok"].map((outcome) => valuesOf("beats", { outcome }));
  assertEquals([counts, valuesOf("beats").length], [[[2], [1]], 16]);
});

Deno.test("WorkspaceMetrics.measure() puts each beat into the bucket of its time", () => {
  const { valuesOf, vitals } = make();
  for (const seconds of [0.01, 0.025, 0.026, 10, 10.5]) vitals.beatEnded(OK, seconds);
  vitals.pollEnded(OK, 3); // is no beat
  const bounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const counts = [2, 1, 0, 0, 0, 0, 0, 0, 1, 1];
  const sum = 0.01 + 0.025 + 0.026 + 10 + 10.5;
  assertEquals(valuesOf("beatSeconds"), [{ bounds, counts, sum }]);
});

Deno.test("WorkspaceMetrics.measure() tells how many beats have failed since which was accepted", () => {
  const { clock, valuesOf, vitals } = make();
  const now = () => [valuesOf("consecutiveFailures"), valuesOf("lastAccepted")];
  clock.advance(5000);
  vitals.beatEnded(OK, 0.1);
  const accepted = STARTED_AT / 1000 + 5;
  clock.advance(30_000);
  vitals.beatEnded(UNAVAILABLE, 0.1);
  vitals.beatEnded(UNAVAILABLE, 0.1);
  assertEquals(now(), [[2], [accepted]]);
  vitals.beatEnded(OK, 0.1);
  assertEquals(now(), [[0], [accepted + 30]]);
});

Deno.test("WorkspaceMetrics.measure() counts polls, wakes and notes, and those that failed", () => {
  const { valuesOf, vitals } = make();
  vitals.pollEnded(OK, 1);
  vitals.pollEnded(UNAVAILABLE, 1);
  vitals.wakeEnded(UNAVAILABLE, { hasSucceeded: true, seconds: 1 });
  vitals.wakeEnded(OK, { hasSucceeded: true, seconds: 1 });
  vitals.wakeEnded(OK, { hasSucceeded: false, seconds: 1 });
  vitals.noteEnded(OK, 1);
  const all = ["polls", "failedPolls", "wakes", "failedWakes", "notes", "failedNotes"] as const;
  assertEquals(all.map((name) => valuesOf(name)), [[2], [1], [3], [1], [1], [0]]);
});

Deno.test("WorkspaceMetrics.measure() shows what becomes of results", () => {
  const { valuesOf, vitals } = make({ resultsPending: 3, resultsUnwoken: 2, journalBytes: 708 });
  vitals.resultsDelivered(4);
  vitals.rowsRejected(5);
  const all = [
    ...["resultsDelivered", "rejectedRows", "resultsPending"] as const,
    ...["resultsUnwoken", "journalBytes"] as const,
  ];
  assertEquals(all.map((name) => valuesOf(name)), [[4], [5], [3], [2], [708]]);
});

Deno.test("WorkspaceMetrics.measure() has a 1 for the state and the token's source, and 0 for others", () => {
  const { valuesOf, vitals } = make({ token: { source: "file", changedAt: 5000 } });
  vitals.workspaceFound("resting", "paused");
  const states = ["unknown", "present", "resting", "removed"];
  assertEquals(states.flatMap((state) => valuesOf("workspaceState", { state })), [0, 0, 1, 0]);
  const sources = ["file", "issued", "environment", "none"];
  assertEquals(sources.flatMap((source) => valuesOf("tokenSource", { source })), [1, 0, 0, 0]);
  assertEquals(valuesOf("tokenChanged"), [5]);
});

Deno.test("WorkspaceMetrics.measure() gives seconds, and how far the platform's clock is ahead", () => {
  const { valuesOf, vitals } = make();
  vitals.beatEnded(OK, 0.1);
  assertEquals(valuesOf("startTime"), [STARTED_AT / 1000]);
  assertEquals([valuesOf("interval"), valuesOf("clockOffset")], [[30], [1.5]]);
});

Deno.test("WorkspaceMetrics.measure() gives each series exactly the labels of its family", () => {
  const { metrics, vitals } = make({ journalBytes: 1, token: { source: "file", changedAt: 1 } });
  vitals.beatEnded(OK, 0.1);
  const measured = Object.entries(metrics.measure());
  for (const [name, series] of measured) {
    const [, family] = Object.entries(FAMILIES).find(([own]) => own === name) ?? [];
    for (const { labels } of series) assertEquals(Object.keys(labels), [...family?.labels ?? []]);
    assertEquals(series.length > 0, true, name);
  }
});
