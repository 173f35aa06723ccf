import { assertEquals, assertStringIncludes } from "@std/assert";
import { stub } from "@std/testing/mock";
import { Journal } from "../../lib/delegations/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, never, running, startBench } from "./_bench.ts";
import {
  COOLDOWN_MS,
  deliver,
  messageOf,
  startBusy,
  wake,
  wakeLoop,
  wakes,
  WatchedResults,
} from "./_wakes.ts";

const HOUR_MS = 60 * 60 * 1000;
const NOON = Date.UTC(2026, 4, 3, 12);

/** What is told of an hour's wakes. */
function warnings(bench: Bench): string[] {
  return bench.lines("WARN").filter((line) => line.includes("--wakes-per-hour"));
}

eachDialect.test("WakeLoop.run() wakes so often in an hour, then gathers the rest (D37)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const loop = wakeLoop(bench, { wakesPerHour: 2 });
  await using _run = running((signal) => loop.run(signal));
  for (const [id, count] of [["d1", 1], ["d2", 2]] as const) {
    await deliver(bench, loop, id);
    await wake(bench, count);
    clock.advance(COOLDOWN_MS);
  }
  await deliver(bench, loop, "d3");
  assertEquals(await clock.sleeping(), [HOUR_MS - 2 * COOLDOWN_MS]);
  await deliver(bench, loop, "d4");
  clock.advance(HOUR_MS - 2 * COOLDOWN_MS - 1);
  await bench.roundTrip();
  assertEquals(wakes(bench), 2);
  clock.advance(1);
  const { text } = messageOf(await wake(bench, 3));
  assertStringIncludes(text, "2 delegations that you sent have ended:");
  for (const id of ["d3", "d4"]) assertStringIncludes(text, `- ${id}: completed`);
});

eachDialect.test("WakeLoop.run() says when the hour's wakes are used up, and until when, in whole minutes", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const loop = wakeLoop(bench, { wakesPerHour: 1 });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await wake(bench, 1);
  clock.advance(COOLDOWN_MS + 30_000);
  await deliver(bench, loop, "d2");
  await clock.sleeping();
  assertEquals(bench.lines("WARN"), [
    "The agent has been woken 1 time within an hour, which is all that --wakes-per-hour allows: is " +
    "it in a loop of waking and delegating, or always busy? Results wait in " +
    `'${bench.resultsFile}', and the next wake, in 59 min, is for all of them`,
  ]);
});

/** The agent delegates whenever it is woken, for so many hours. */
async function loopFor(
  bench: Bench,
  loop: ReturnType<typeof wakeLoop>,
  hours: number,
): Promise<void> {
  const { clock } = bench.common;
  for (let hour = 0; hour < hours; hour++) {
    const before = wakes(bench);
    await deliver(bench, loop, `d${before}`);
    await clock.sleeping();
    clock.advance(HOUR_MS);
    await wake(bench, before + 1);
    clock.advance(COOLDOWN_MS);
  }
}

eachDialect.test("WakeLoop.run() warns once, however long the agent is in a loop", async (dialect) => {
  await using bench = await startBench({ dialect });
  const loop = wakeLoop(bench, { wakesPerHour: 1 });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d0");
  await wake(bench, 1);
  bench.common.clock.advance(COOLDOWN_MS);
  await loopFor(bench, loop, 12);
  assertEquals(warnings(bench).length, 1);
});

/** How long the agent rests, from when the limit was reached on, and how often that is warned of. */
const RESTS: [restMs: number, warned: number][] = [[2 * HOUR_MS, 1], [2 * HOUR_MS + 1, 2]];
for (const [restMs, warned] of RESTS) {
  eachDialect.test(`WakeLoop.run() has warned ${warned === 1 ? "once" : "twice"} when the limit is reached again after ${restMs} ms`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { clock } = bench.common;
    const loop = wakeLoop(bench, { wakesPerHour: 1 });
    await using _run = running((signal) => loop.run(signal));
    await deliver(bench, loop, "d1");
    await wake(bench, 1);
    clock.advance(COOLDOWN_MS);
    await deliver(bench, loop, "d2");
    await clock.sleeping(); // the limit
    clock.advance(HOUR_MS - COOLDOWN_MS);
    await wake(bench, 2);
    clock.advance(restMs - (HOUR_MS - COOLDOWN_MS) - COOLDOWN_MS);
    await deliver(bench, loop, "d3"); // the hour has room for it
    await wake(bench, 3);
    clock.advance(COOLDOWN_MS);
    await deliver(bench, loop, "d4");
    await clock.sleeping(); // the limit again
    assertEquals(warnings(bench).length, warned);
  });
}

eachDialect.test("WakeLoop.run() sends no wake when the agent has taken the results before the hour has room", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const output = new WatchedResults(bench.resultsFile);
  const loop = wakeLoop(bench, { wakesPerHour: 1, output });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await wake(bench, 1);
  clock.advance(COOLDOWN_MS);
  await deliver(bench, loop, "d2");
  await clock.sleeping();
  consumeResults(bench.resultsFile);
  const look = output.nextLook();
  clock.advance(HOUR_MS);
  assertEquals(await look, false);
  await deliver(bench, loop, "d3");
  assertStringIncludes(messageOf(await wake(bench, 2)).text, "- d3: completed");
  assertEquals(wakes(bench), 2);
});

eachDialect.test("WakeLoop.run() counts a wake once, however often it is tried", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  bench.platform.fault("a2a", { kind: "answer", status: 503, body: { error: "no" } }, { times: 3 });
  const loop = wakeLoop(bench, { wakesPerHour: 2 });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  for (let tries = 1; tries <= 3; tries++) {
    await wake(bench, tries);
    const [wait = 0] = await clock.sleeping();
    clock.advance(wait);
  }
  await wake(bench, 4);
  clock.advance(COOLDOWN_MS);
  await deliver(bench, loop, "d2");
  await wake(bench, 5);
  assertEquals(warnings(bench), []);
});

eachDialect.test("WakeLoop.run() counts a wake again when a busy agent is sent it again: it probably has it", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const noted: number[] = [];
  await using _busy = await startBusy(bench, {
    wakesPerHour: 3,
    onWake: () => Promise.resolve(void noted.push(clock.now())),
  });
  for (let tries = 1; tries <= 3; tries++) {
    await wake(bench, tries);
    const [wait = 0] = await clock.sleeping();
    if (tries < 3) clock.advance(wait);
  }
  assertEquals(noted, [0, 30_000, 90_000]);
});

eachDialect.test("WakeLoop.run() sends a busy agent its wake again only when the hour has room", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  await using _busy = await startBusy(bench, { wakesPerHour: 1 });
  assertEquals(await clock.sleeping(), [COOLDOWN_MS]);
  clock.advance(COOLDOWN_MS);
  assertEquals(await clock.sleeping(), [HOUR_MS - COOLDOWN_MS]);
  assertEquals(warnings(bench).length, 1);
  clock.advance(HOUR_MS - COOLDOWN_MS);
  await wake(bench, 2);
});

eachDialect.test("WakeLoop.once() gives false, and sends no wake, when the hour is used up", async (dialect) => {
  await using bench = await startBench({ dialect });
  const loop = wakeLoop(bench, { wakesPerHour: 1 });
  await deliver(bench, loop, "d1");
  assertEquals(await loop.once(never), true);
  await deliver(bench, loop, "d2");
  assertEquals([await loop.once(never), wakes(bench)], [false, 1]);
  bench.common.clock.advance(HOUR_MS);
  assertEquals([await loop.once(never), wakes(bench)], [true, 2]);
});

eachDialect.test("WakeLoop.once() has nothing to do when there are no results, also when the hour is used up", async (dialect) => {
  await using bench = await startBench({ dialect });
  const loop = wakeLoop(bench, { wakesPerHour: 1 });
  await deliver(bench, loop, "d1");
  await loop.once(never);
  assertEquals(await loop.once(never), true);
  assertEquals(warnings(bench), []);
});

eachDialect.test("WakeLoop.run() writes a wake down before it is sent", async (dialect) => {
  await using bench = await startBench({ dialect });
  const sent: number[] = [];
  const loop = wakeLoop(bench, { onWake: () => Promise.resolve(void sent.push(wakes(bench))) });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await wake(bench, 1);
  assertEquals(sent, [0]);
});

eachDialect.test("WakeLoop.once() writes no wake down that it does not send", async (dialect) => {
  await using bench = await startBench({ dialect });
  let noted = 0;
  const loop = wakeLoop(bench, { onWake: () => Promise.resolve(void noted++) });
  await deliver(bench, loop, "d1");
  consumeResults(bench.resultsFile);
  await loop.once(never);
  assertEquals([noted, wakes(bench)], [0, 0]);
});

/** When former processes have woken the agent, by the wall clock, and how long the next wake waits. */
const FORMER: [what: string, wakesBefore: readonly number[], waitMs: number][] = [
  ["did so often enough", [NOON - 120_000, NOON - 60_000], HOUR_MS - 120_000],
  ["did so more often", [NOON - 180_000, NOON - 120_000, NOON - 60_000], HOUR_MS - 120_000],
  ["did so, as it seems, in the future", [NOON + HOUR_MS, NOON + HOUR_MS], HOUR_MS],
];
for (const [what, wakesBefore, waitMs] of FORMER) {
  eachDialect.test(`WakeLoop.run() waits ${waitMs} ms with its first wake when former processes ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    using _now = stub(Date, "now", () => NOON);
    const { clock } = bench.common;
    clock.advance(5000);
    const loop = wakeLoop(bench, { wakesPerHour: 2, wakesBefore: () => wakesBefore });
    await using _run = running((signal) => loop.run(signal));
    await deliver(bench, loop, "d1");
    assertEquals(await clock.sleeping(), [waitMs]);
    assertEquals(wakes(bench), 0);
  });
}

eachDialect.test("WakeLoop.run() wakes at once when former processes did so long ago", async (dialect) => {
  await using bench = await startBench({ dialect });
  using _now = stub(Date, "now", () => NOON);
  const wakesBefore = () => [NOON - 2 * HOUR_MS, NOON - HOUR_MS];
  const loop = wakeLoop(bench, { wakesPerHour: 2, wakesBefore });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await wake(bench, 1);
});

eachDialect.test("WakeLoop.run() asks what former processes did when there is something to wake for, and not before", async (dialect) => {
  await using bench = await startBench({ dialect });
  let times = 0;
  const wakesBefore = () => [times++];
  const loop = wakeLoop(bench, { wakesBefore });
  await using _run = running((signal) => loop.run(signal));
  await bench.roundTrip();
  const before = times;
  for (const [id, count] of [["d1", 1], ["d2", 2]] as const) {
    await deliver(bench, loop, id);
    await wake(bench, count);
    bench.common.clock.advance(COOLDOWN_MS);
  }
  assertEquals([before, times], [0, 1]);
});

eachDialect.test("WakeLoop.once() counts what a former process has written to the journal", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { log, workspaceId } = bench.common;
  const woken: boolean[] = [];
  for (const id of ["d1", "d2", "d3"]) {
    const journal = new Journal({ file: `${bench.dir.path}/journal`, workspaceId, log });
    await journal.open();
    const loop = wakeLoop(bench, {
      wakesPerHour: 2,
      wakesBefore: () => journal.state.wakes,
      onWake: () => journal.note([{ wakes: [Date.now()] }]),
    });
    await deliver(bench, loop, id);
    woken.push(await loop.once(never));
  }
  assertEquals(woken, [true, true, false]);
});

eachDialect.test("WakeLoop.run() wakes for all that came meanwhile when the hour had no room to send a busy agent its wake again", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  await using busy = await startBusy(bench, { wakesPerHour: 1 });
  await deliver(bench, busy.loop, "d2");
  await clock.sleeping();
  bench.workspace.agent = { kind: "answers" };
  clock.advance(COOLDOWN_MS);
  await clock.sleeping();
  clock.advance(HOUR_MS);
  const { text } = messageOf(await wake(bench, 2));
  assertStringIncludes(text, "- d1: completed");
  assertStringIncludes(text, "- d2: completed");
});
