import { assert, assertEquals, assertGreater } from "@std/assert";
import { makeVitals, OK, STARTED_AT, UNAVAILABLE } from "./_vitals.ts";

Deno.test("Vitals.signs() knows of no outage and no beat before the first", () => {
  const { vitals } = makeVitals();
  const { beats, startedAt } = vitals.signs();
  assertEquals(startedAt, STARTED_AT);
  assertEquals(beats, {
    succeeded: 0,
    failed: 0,
    byOutcome: new Map(),
    last: undefined,
    lastSucceededAt: undefined,
    outage: undefined,
    nextDueAt: undefined,
  });
});

Deno.test("Vitals.beatEnded() counts the beats by what became of them, and remembers the last", () => {
  const { vitals, clock } = makeVitals();
  vitals.beatEnded(OK, 0.25);
  clock.advance(30_000);
  vitals.beatEnded(OK, 0.25);
  clock.advance(30_000);
  vitals.beatEnded(UNAVAILABLE, 2);
  const { byOutcome, failed, last, lastSucceededAt, succeeded } = vitals.signs().beats;
  assertEquals({ succeeded, failed }, { succeeded: 2, failed: 1 });
  assertEquals([...byOutcome], [["ok", 2], ["unavailable", 1]]);
  assertEquals(lastSucceededAt, STARTED_AT + 30_000);
  assertEquals(last, {
    kind: "unavailable",
    httpStatus: 503,
    detail: "answered 503: no",
    at: STARTED_AT + 60_000,
    seconds: 2,
  });
});

Deno.test("Vitals.beatEnded() counts the attempts of an outage from its first, until a beat is accepted", () => {
  const { vitals, clock } = makeVitals();
  vitals.beatEnded(OK, 0);
  clock.advance(30_000);
  vitals.beatEnded(UNAVAILABLE, 0);
  clock.advance(1000);
  vitals.beatEnded(UNAVAILABLE, 0);
  assertEquals(vitals.signs().beats.outage, { since: STARTED_AT + 30_000, attempts: 2 });
  vitals.beatEnded(OK, 0);
  assertEquals(vitals.signs().beats.outage, undefined);
  clock.advance(1000);
  vitals.beatEnded(UNAVAILABLE, 0);
  assertEquals(vitals.signs().beats.outage, { since: STARTED_AT + 32_000, attempts: 1 });
});

Deno.test("Vitals.beatEnded() keeps the platform's clock as the last answer that told it", () => {
  const { vitals } = makeVitals();
  assertEquals(vitals.signs().clockOffsetSeconds, undefined);
  vitals.beatEnded(OK, 0);
  vitals.beatEnded(UNAVAILABLE, 0);
  assertEquals(vitals.signs().clockOffsetSeconds, 1.5);
});

Deno.test("Vitals.beatPlanned() says as a time of day when the next beat is due, until it begins", () => {
  const { vitals, clock } = makeVitals();
  clock.advance(5000);
  vitals.beatPlanned(35_000);
  assertEquals(vitals.signs().beats.nextDueAt, STARTED_AT + 35_000);
  vitals.beatBegan();
  assertEquals(vitals.signs().beats.nextDueAt, undefined);
});

Deno.test("Vitals.wakeEnded() counts a wake that did what it was to do, whatever its outcome is called", () => {
  const { vitals } = makeVitals();
  vitals.wakeEnded({ ...OK, kind: "timed_out" }, { hasSucceeded: true, seconds: 120 });
  const { byOutcome, failed, succeeded } = vitals.signs().wakes;
  assertEquals([succeeded, failed, [...byOutcome]], [1, 0, [["timed_out", 1]]]);
});

Deno.test("Vitals.workspaceFound() keeps since when the workspace is as it is", () => {
  const { vitals, clock } = makeVitals();
  assertEquals(vitals.signs().workspace.presence, "unknown");
  vitals.workspaceFound("resting", "paused");
  clock.advance(1000);
  vitals.workspaceFound("resting", "paused");
  assertEquals(vitals.signs().workspace, {
    presence: "resting",
    status: "paused",
    since: STARTED_AT,
  });
  vitals.workspaceFound("present", "online");
  assertEquals(vitals.signs().workspace.since, STARTED_AT + 1000);
});

Deno.test("Vitals.signs() looks at what nobody tells each time that it is asked", () => {
  const gauges = { resultsPending: 1 };
  const { vitals } = makeVitals(gauges);
  assertEquals(vitals.signs().resultsPending, 1);
  const { heapUsed, rss } = vitals.signs().memory;
  assertGreater(rss, heapUsed);
});

Deno.test("Vitals.onChange() tells of everything that changes, until that is ended", () => {
  const { vitals } = makeVitals();
  let changes = 0;
  const end = vitals.onChange(() => changes++);
  const steps = [
    () => vitals.beatPlanned(1),
    () => vitals.pollEnded(OK, 0),
    () => vitals.pollEnded(UNAVAILABLE, 0),
    () => vitals.pollEnded(OK, 0),
    () => vitals.wakeEnded(OK, { hasSucceeded: true, seconds: 0 }),
    () => vitals.noteEnded(OK, 0),
    () => vitals.rowsRejected(1),
    () => vitals.resultsDelivered(2),
    () => vitals.workspaceFound("present", "online"),
  ];
  for (const [before, step] of steps.entries()) {
    step();
    assertEquals(changes, before + 1);
  }
  end();
  vitals.beatPlanned(2);
  assertEquals(changes, steps.length);
});

Deno.test("Vitals.onChange() tells neither of a beat before the next is planned nor of a poll that ends as the last one did", () => {
  const { vitals } = makeVitals();
  vitals.pollEnded(OK, 0);
  let changes = 0;
  vitals.onChange(() => changes++);
  vitals.beatBegan();
  vitals.beatEnded(OK, 0);
  vitals.pollEnded(OK, 0);
  assertEquals(changes, 0);
});

Deno.test("Vitals.onRequest() tells what each request was for, how it ended and how long it took", () => {
  const { vitals } = makeVitals();
  const told: unknown[] = [];
  const end = vitals.onRequest((purpose, { kind, seconds }) => told.push([purpose, kind, seconds]));
  vitals.beatEnded(OK, 0.5);
  vitals.pollEnded(UNAVAILABLE, 1);
  vitals.wakeEnded(OK, { hasSucceeded: true, seconds: 2 });
  vitals.noteEnded(OK, 3);
  end();
  vitals.noteEnded(OK, 4);
  assertEquals(told, [
    ["beat", "ok", 0.5],
    ["poll", "unavailable", 1],
    ["wake", "ok", 2],
    ["note", "ok", 3],
  ]);
});

Deno.test("Vitals.signs() is not changed by what happens later", () => {
  const { vitals } = makeVitals();
  vitals.beatEnded(OK, 0);
  const { beats } = vitals.signs();
  vitals.beatEnded(OK, 0);
  assert(beats.byOutcome.get("ok") === 1);
});
