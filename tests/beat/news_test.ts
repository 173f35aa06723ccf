import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { spy } from "@std/testing/mock";
import { Report } from "../../lib/report/mod.ts";
import { type RecordedRequest, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startBeating } from "./_beating.ts";
import { eachDialect } from "../support/mod.ts";

const isBeat = ({ route }: RecordedRequest) => route === "heartbeat";

/** Changes that the platform acts on, each made on a report that says nothing. */
const NEWS: readonly (readonly [what: string, change: (report: Report) => void])[] = [
  ["a task has begun", (report) => report.startTask("write")],
  ["the runtime is stuck", (report) => report.markWedged("stuck")],
  ["the idle time-out has changed", (report) => report.declare([], { idleTimeoutSeconds: 600 })],
  [
    "the report file names another task",
    (report) => report.takeFiled({ current_task: "x" }, { isStale: false }),
  ],
  [
    "the report file counts a task without a name",
    (report) => report.takeFiled({ active_tasks: 1 }, { isStale: false }),
  ],
];

for (const [what, change] of NEWS) {
  eachDialect.test(`BeatLoop.run() beats at once, with the full body, when ${what}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    await using beating = startBeating(platform);
    await beating.asleep();
    beating.clock.advance(5000);
    await beating.tell(change);
    const beat = await platform.waitFor(isBeat, { count: 2 });
    assertEquals(beating.attempts, [0, 5]);
    assertEquals(Object.keys(Object(beat.body)).filter((key) => key !== "runtime_state"), [
      "workspace_id",
      "error_rate",
      "sample_error",
      "active_tasks",
      "uptime_seconds",
      "current_task",
      "runtime_metadata",
    ]);
    assertEquals(await beating.asleep(), 25, "the schedule has not moved");
  });
}

/** Changes that can wait. */
const NO_NEWS: readonly (readonly [what: string, change: (report: Report) => void])[] = [
  ["a request has succeeded", (report) => report.recordSuccess()],
  ["a request has failed", (report) => report.recordError("boom")],
  ["capabilities were declared", (report) => report.declare(["session"])],
  ["money was spent", (report) => report.recordMonthlySpend(100)],
  ["a task has begun and ended", (report) => {
    report.startTask("quick");
    report.finishTask();
  }],
];

for (const [what, change] of NO_NEWS) {
  eachDialect.test(`BeatLoop.run() keeps to its schedule when ${what}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    await using beating = startBeating(platform);
    await beating.asleep();
    await beating.tell(change);
    assertEquals(await beating.asleep(), 30);
    await beating.next();
    assertEquals(beating.attempts, [0, 30]);
  });
}

eachDialect.test("BeatLoop.run() gathers what happens within a second of news into one beat", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.clock.advance(10_000);
  await beating.tell((report) => report.startTask("first"));
  await platform.waitFor(isBeat, { count: 2 });
  assertEquals(await beating.asleep(), 20);
  await beating.tell((report) => {
    for (const label of ["second", "third", "fourth"]) report.startTask(label);
  });
  assertEquals(await beating.asleep(), 1, "the next one is due a second after the last");
  beating.clock.advance(400);
  await beating.tell((report) => report.startTask("fifth"));
  assertEquals(await beating.asleep(), 0.6);
  await beating.next();
  assertEquals(beating.attempts, [0, 10, 11]);
  assertEquals(beating.workspace.currentTask, "fifth");
});

eachDialect.test("BeatLoop.run() sends no beat for news that is none any more when its turn comes", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  await beating.tell((report) => report.startTask("first"));
  await platform.waitFor(isBeat, { count: 2 });
  await beating.asleep();
  await beating.tell((report) => report.markWedged("stuck"));
  assertEquals(await beating.asleep(), 1);
  await beating.tell((report) => report.clearWedged());
  assertEquals(await beating.asleep(), 30);
});

eachDialect.test("BeatLoop.run() beats for news that came while a beat was under way, when that is over", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform);
  await platform.waitFor(isBeat, { whenReceived: true });
  await beating.tell((report) => report.startTask("meanwhile"));
  beating.clock.advance(3000);
  assertEquals(beating.attempts, [0], "never two in flight");
  platform.clearFaults();
  await platform.waitFor(isBeat, { count: 2 });
  assertEquals(beating.attempts, [0, 3]);
  assertEquals(beating.workspace.currentTask, "meanwhile");
  assertEquals(await beating.asleep(), 27);
});

eachDialect.test("BeatLoop.run() leaves the news to the schedule when its turn comes first", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.clock.advance(29_500);
  await beating.tell((report) => report.startTask("first"));
  await platform.waitFor(isBeat, { count: 2 });
  await beating.asleep();
  await beating.tell((report) => report.startTask("second"));
  assertEquals(await beating.next(), 0.5);
  assertEquals(beating.attempts, [0, 29.5, 30]);
  assertEquals(beating.workspace.activeTasks, 2);
  assertEquals(await beating.asleep(), 30);
});

eachDialect.test("BeatLoop.run() waits as it was asked to when there is news while the platform is limiting", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const limited = { kind: "answer", status: 429, headers: { "retry-after": "20" } } as const;
  platform.fault("heartbeat", limited, { times: 1 });
  await using beating = startBeating(platform, { randoms: [0] });
  assertEquals(await beating.asleep(), 20);
  await beating.tell((report) => report.startTask("news"));
  assertEquals(await beating.asleep(), 20);
  await beating.next();
  assertEquals(beating.attempts, [0, 20]);
  assertEquals(beating.workspace.currentTask, "news");
});

eachDialect.test("BeatLoop.run() backs off when a beat for news fails, and is back on its grid then", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1 });
  beating.clock.advance(5000);
  await beating.tell((report) => report.startTask("news"));
  await platform.waitFor(isBeat, { count: 2 });
  const wait = await beating.asleep();
  assert(wait >= 0.5 && wait <= 1, `${wait} s`);
  await beating.next();
  assertEquals(beating.workspace.currentTask, "news");
  assertEquals(await beating.asleep(), 25 - wait);
});

eachDialect.test("BeatLoop.run() sends at most one beat a second for news, and all of the schedule's, when news never ends", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform, { intervalSeconds: 5 });
  await beating.asleep();
  const seconds = 30;
  for (let tick = 1; tick <= seconds * 5; tick++) {
    await beating.tell((report) => report.startTask(`task ${tick}`));
    const [wait = 0] = await beating.clock.sleeping();
    beating.clock.advance(Math.min(200, wait));
    await beating.clock.sleeping();
  }
  const end = beating.clock.now() / 1000;
  assertGreaterOrEqual(beating.attempts.length, end);
  assert(beating.attempts.length <= 1.2 * end + 1, `${beating.attempts.length} beats in ${end} s`);
  for (let turn = 5; turn < end; turn += 5) {
    assert(beating.attempts.includes(turn), `the schedule's beat at ${turn} s is missing`);
  }
});

eachDialect.test("BeatLoop.run() keeps the platform's overrides when a beat is sent for news alone", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const report = new Report();
  report.declare(["session", "scheduler"], { idleTimeoutSeconds: 600 });
  await using beating = startBeating(platform, { report });
  await beating.asleep();
  const before = beating.workspace.runtimeOverrides;
  assertEquals(before?.idleTimeoutSeconds, 600);
  report.startTask("news");
  await platform.waitFor(isBeat, { count: 2 });
  assertEquals(beating.workspace.runtimeOverrides, before);
});

eachDialect.test("BeatLoop.run() ends without another beat when the signal aborts in its rest", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.stop();
  await beating.running;
  await beating.tell((report) => report.startTask("too late"));
  assertEquals(beating.attempts, [0]);
});

eachDialect.test("BeatLoop.run() leaves nothing behind on the report and the signal with each rest", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  let listeners = 0;
  class CountingReport extends Report {
    override onChange(listener: () => void): () => void {
      listeners++;
      const forget = super.onChange(listener);
      return () => {
        listeners--;
        forget();
      };
    }
  }
  await using beating = startBeating(platform, { report: new CountingReport() });
  using added = spy(beating.signal, "addEventListener");
  using removed = spy(beating.signal, "removeEventListener");
  for (let turn = 0; turn < 3; turn++) await beating.next();
  await beating.asleep();
  assertEquals(listeners, 1, "those of the rest that is under way");
  assert(added.calls.length > 3);
  // One rest had begun before it was counted, and one has not ended.
  assertEquals(added.calls.length, removed.calls.length);
});
