import { assertEquals, assertStringIncludes } from "@std/assert";
import { eachDialect } from "../support/mod.ts";
import { asked, readingOn, receiveMany, takenTexts, TOO_LONG_BYTES } from "./_activity.ts";
import { startBench } from "./_bench.ts";

for (const count of [150, 450]) {
  eachDialect.test(`ActivityPoll.poll() delivers ${count} messages of one interval, in order, into an inbox that was empty`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { poll, unwoken } = await readingOn(bench);
    const texts = receiveMany(bench, count);
    await poll();
    assertEquals(takenTexts(bench), texts);
    assertEquals(unwoken.flat().length, count);
  });
}

eachDialect.test("ActivityPoll.poll() delivers 250 messages that came after one that it had read", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  const texts = receiveMany(bench, 250);
  await poll();
  assertEquals(takenTexts(bench), texts);
});

Deno.test("ActivityPoll.poll() reads at most ten pages, and goes on behind them with the next poll (2026-06)", async () => {
  await using bench = await startBench({ dialect: "2026-06" });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  const texts = receiveMany(bench, 1050);
  await poll();
  assertEquals(takenTexts(bench), texts.slice(0, 1000));
  await poll();
  assertEquals(takenTexts(bench), texts.slice(1000));
});

Deno.test("ActivityPoll.poll() delivers in several pages what is too long for one answer (2026-06)", async () => {
  await using bench = await startBench({ dialect: "2026-06" });
  const first = bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  const texts = receiveMany(bench, 30);
  bench.platform.fault("activity", { kind: "delay", ms: 0 }, { times: 1 }); // what finds out
  bench.platform.fault("activity", { kind: "huge", bytes: TOO_LONG_BYTES }, { times: 1 });
  await poll();
  assertEquals(takenTexts(bench), texts);
  const pages = asked(bench).filter((page) => page.includes(" after ")).slice(1);
  assertEquals(pages.map((page) => page.split(" ")[0]), ["100", "25", "50"]);
  assertEquals(pages[0], `100 after ${first}`);
});

/** What all are to be delivered, though there is room for less in memory. */
const LARGE: [what: string, count: number, text: string][] = [
  ["24 messages of 250 kB", 24, "x".repeat(250_000)],
  ["100 messages of 10 000 Chinese characters", 100, "漢".repeat(10_000)],
  ["2 messages of 200 000 emoji", 2, "🦊".repeat(200_000)],
];
for (const [what, count, text] of LARGE) {
  eachDialect.test(`ActivityPoll.poll() delivers all of ${what} at once`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { poll } = await readingOn(bench);
    for (let index = 0; index < count; index++) bench.workspace.receive({ text });
    const report = await poll();
    const taken = takenTexts(bench);
    assertEquals([taken.length, taken.every((words) => words === text)], [count, true]);
    assertEquals(report?.failedToWrite, false);
    assertEquals(bench.lines("WARN"), []);
  });
}

eachDialect.test("ActivityPoll.poll() delivers, in order, what there was no room for while nothing could be written", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, cursor } = await readingOn(bench);
  const texts = Array.from({ length: 24 }, (_, index) => `${index} `.padEnd(250_000, "x"));
  for (const text of texts) bench.workspace.receive({ text });
  const before = cursor();
  await Deno.mkdir(bench.resultsFile);
  assertEquals((await poll())?.failedToWrite, true);
  assertEquals(cursor(), before);
  await Deno.remove(bench.resultsFile);
  assertEquals((await poll())?.failedToWrite, false);
  assertEquals(takenTexts(bench), texts);
});

eachDialect.test("ActivityPoll.poll() stays where it is until the agent has made room for all", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, cursor } = await readingOn(bench, { maxBytes: 1500 });
  const before = cursor();
  const texts = receiveMany(bench, 10);
  const taken: unknown[] = [];
  let polls = 0;
  for (; cursor() === before && polls < 20; polls++) {
    await poll();
    taken.push(...takenTexts(bench));
  }
  assertEquals(taken, texts);
  assertEquals(polls > 1, true);
  assertStringIncludes(bench.lines("WARN").join(), "has reached its limit of 1500 bytes");
});
