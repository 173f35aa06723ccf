import { assertEquals, assertGreater } from "@std/assert";
import { BeatLoop } from "../../lib/beat/mod.ts";
import { NotifyLoop, PollLoop } from "../../lib/delegations/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { Report } from "../../lib/report/mod.ts";
import type { Vitals } from "../../lib/vitals/mod.ts";
import { type Bench, never, running, startBench } from "../delegations/_bench.ts";
import { exampleResult } from "../delegations/_examples.ts";
import { deliver, startBusy, wake, wakeLoop } from "../delegations/_wakes.ts";
import { makePresence } from "../presence/_presence.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeVitals } from "./_vitals.ts";

function beatLoop({ common }: Bench, vitals: Vitals): BeatLoop {
  return new BeatLoop({
    ...common,
    intervalMs: 30_000,
    report: new Report(),
    secrets: new Secrets(),
    onAccepted: () => {},
    vitals,
  });
}

Deno.test("BeatLoop.run() tells of each beat, and when the next is due", async () => {
  await using bench = await startBench();
  const { vitals } = makeVitals();
  await using _run = running((signal) => beatLoop(bench, vitals).run(signal));
  await bench.common.clock.sleeping();
  const { byOutcome, last, nextDueAt } = vitals.signs().beats;
  assertEquals([...byOutcome], [["ok", 1]]);
  assertEquals(last?.httpStatus, 200);
  assertGreater(nextDueAt ?? 0, 0);
});

Deno.test("BeatLoop.run() tells of a beat that failed, and when it is tried again", async () => {
  await using bench = await startBench();
  bench.platform.fault("heartbeat", { kind: "answer", status: 503 });
  const { vitals } = makeVitals();
  await using _run = running((signal) => beatLoop(bench, vitals).run(signal));
  const [wait = NaN] = await bench.common.clock.sleeping();
  const { beats, startedAt } = vitals.signs();
  assertEquals(beats.outage?.attempts, 1);
  assertEquals(beats.nextDueAt, startedAt + wait);
});

/** A listing with a result, a row of another workspace, and one that is no row. */
function listOddRows({ platform, workspace }: Bench): void {
  const row = { delegation_id: "d1", target_id: "t", status: "completed", response_preview: "Yes" };
  platform.fault("delegations", {
    kind: "answer",
    status: 200,
    body: [
      { ...row, source_id: workspace.id },
      { ...row, delegation_id: "d2", source_id: "another" },
      "no row",
    ],
  });
}

Deno.test("PollLoop.poll() tells of polls, results, and of each row that is rejected once", async () => {
  await using bench = await startBench();
  listOddRows(bench);
  const { vitals } = makeVitals();
  const { deliveries } = bench.deliveries(bench.resultsFile, { vitals });
  const loop = new PollLoop({ ...bench.common, intervalMs: 30_000, deliveries, vitals });
  await loop.poll(never, { grace: false });
  await loop.poll(never, { grace: false });
  const { polls, results } = vitals.signs();
  assertEquals(polls.succeeded, 2);
  assertEquals([results.delivered, results.rejectedRows], [1, 2]);
});

Deno.test("Deliveries.pending counts what cannot be written yet, and what waits for its reply", async () => {
  await using bench = await startBench();
  const { deliveries } = bench.deliveries();
  await deliveries.open();
  await deliveries.hold([exampleResult({ delegationId: "d1", responsePreview: "" })]);
  assertEquals(deliveries.pending, 1);
  await Deno.mkdir(bench.resultsFile);
  await deliveries.deliver([exampleResult({ delegationId: "d2" })]);
  assertEquals(deliveries.pending, 2);
  await Deno.remove(bench.resultsFile);
  await deliveries.deliver([exampleResult({ delegationId: "d1" })]);
  assertEquals(deliveries.pending, 0);
});

Deno.test("WakeLoop.run() tells of wakes", async () => {
  await using bench = await startBench();
  const { vitals } = makeVitals();
  const loop = wakeLoop(bench, { vitals });
  await deliver(bench, loop, "d1");
  assertEquals(await loop.once(never), true);
  assertEquals([...vitals.signs().wakes.byOutcome], [["ok", 1]]);
  assertEquals(vitals.signs().wakes.succeeded, 1);
});

Deno.test("WakeLoop.run() tells of a wake that has to be repeated", async () => {
  await using bench = await startBench();
  const { vitals } = makeVitals();
  await using _busy = await startBusy(bench, { vitals });
  await wake(bench, 1);
  await bench.common.clock.sleeping();
  assertEquals([...vitals.signs().wakes.byOutcome], [["busy", 1]]);
  assertEquals(vitals.signs().wakes.failed, 1);
});

Deno.test("NotifyLoop.drain() tells of each try of a note", async () => {
  await using bench = await startBench();
  bench.platform.fault("notify", { kind: "answer", status: 400 });
  const { vitals } = makeVitals();
  const onNotify = () => Promise.resolve();
  const loop = new NotifyLoop({ ...bench.common, mode: "all", onNotify, vitals });
  loop.add([exampleResult()]);
  await loop.drain(never);
  bench.platform.clearFaults();
  loop.add([exampleResult()]);
  await loop.drain(never);
  assertEquals([...vitals.signs().notes.byOutcome], [["rejected", 1], ["ok", 1]]);
});

for (const status of ["online", "paused", "removed"] as const) {
  Deno.test(`PresenceLoop.once() tells that the workspace is ${status}`, async () => {
    await using platform = await startDevPlatform();
    const { vitals } = makeVitals();
    const workspace = platform.addWorkspace({ token: null });
    workspace.status = status;
    await using presence = await makePresence(platform, { workspaceId: workspace.id, vitals });
    await presence.loop.once(never);
    const { workspace: found } = vitals.signs();
    const expected = { online: "present", paused: "resting", removed: "removed" }[status];
    assertEquals(found.presence, expected);
  });
}
