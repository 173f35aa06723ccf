import { assertEquals } from "@std/assert";
import { eachDialect } from "../support/mod.ts";
import { asked, listRows, messageRow, readingOn, takenTexts } from "./_activity.ts";
import { type Bench, startBench } from "./_bench.ts";

/** Only the newest can be asked for, whatever the dialect. */
const NEWEST = { forgets: true };

/** A message of a time of this day. */
function at(id: string, time: string): Record<string, unknown> {
  return messageRow(id, { created_at: `2026-05-03T${time}Z` });
}

/** What is delivered with the second poll, and once more with none after that. */
async function delivered(
  bench: Bench,
  before: readonly Record<string, unknown>[],
  after: readonly Record<string, unknown>[],
): Promise<unknown[]> {
  listRows(bench, before, NEWEST);
  const { poll } = await readingOn(bench);
  listRows(bench, after, NEWEST);
  for (let polls = 0; polls < 3; polls++) await poll();
  return takenTexts(bench);
}

const first = at("a1", "12:00:00");
const news: [what: string, after: readonly Record<string, unknown>[], expected: string[]][] = [
  ["came after the others", [first, at("a2", "12:01:00")], ["a2"]],
  ["came when the platform's clock had gone back", [at("a2", "11:00:00"), first], ["a2"]],
  ["came in the same instant, and is listed behind", [at("a2", "12:00:00"), first], ["a2"]],
  ["came in the same instant, and is listed before", [first, at("a2", "12:00:00")], ["a2"]],
  ["does not say when it came", [messageRow("a2", { created_at: null }), first], ["a2"]],
  ["came after all others were forgotten", [at("a2", "12:01:00")], ["a2"]],
  ["came alone, and earlier than what was forgotten", [at("a2", "11:00:00")], ["a2"]],
];
for (const [what, after, expected] of news) {
  eachDialect.test(`ActivityPoll.poll() delivers, once, what ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    assertEquals(await delivered(bench, [first], after), expected);
  });
}

eachDialect.test("ActivityPoll.poll() delivers, once, what was committed late, between others that it has delivered", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [first], NEWEST);
  const { poll } = await readingOn(bench);
  listRows(bench, [first, at("a3", "12:02:00")], NEWEST);
  await poll();
  listRows(bench, [first, at("a2", "12:01:00"), at("a3", "12:02:00")], NEWEST);
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(takenTexts(bench), ["a3", "a2"]);
});

/** So many messages, one each second from noon on. */
function secondly(count: number): Record<string, unknown>[] {
  return Array.from(
    { length: count },
    (_, index) => at(`a${index}`, `12:00:${String(index).padStart(2, "0")}`),
  );
}

eachDialect.test("ActivityPoll.poll() delivers nothing that came before the oldest that was there the first time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const rows = secondly(30);
  const after = [at("early", "12:00:09.999"), ...rows.slice(11)];
  assertEquals(await delivered(bench, rows, after), []);
});

eachDialect.test("ActivityPoll.poll() delivers what was committed late, and came when the oldest that was there the first time did", async (dialect) => {
  await using bench = await startBench({ dialect });
  const rows = secondly(30);
  const late = at("late", "12:00:10");
  const after = [...rows.slice(11), late, messageRow("new", { created_at: null })];
  assertEquals(await delivered(bench, rows, after), ["late", "new"]);
});

eachDialect.test("ActivityPoll.poll() delivers what came after the row that it asks behind, whatever time that says", async (dialect) => {
  await using bench = await startBench({ dialect });
  const rows = secondly(30);
  listRows(bench, rows, { knowsCursors: true });
  const { poll } = await readingOn(bench);
  listRows(bench, [...rows, at("early", "11:00:00")], { knowsCursors: true });
  await poll();
  assertEquals(takenTexts(bench), ["early"]);
});

/** What makes it plain that all before it was there at the last poll. */
const KNOWN: [
  what: string,
  before: readonly Record<string, unknown>[],
  after: readonly Record<string, unknown>[],
][] = [
  [
    "what was read last is among them, though it is no result",
    secondly(30).map((row) => ({ ...row, source_id: null })),
    secondly(30).map((row) => ({ ...row, source_id: null })),
  ],
  ["what was delivered is among them, though what was read last is gone", secondly(30), [
    ...secondly(29),
    at("new", "12:01:00"),
  ]],
];
for (const [what, before, after] of KNOWN) {
  eachDialect.test(`ActivityPoll.poll() asks for the newest 20 and no more when ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    listRows(bench, [], NEWEST);
    const { poll } = await readingOn(bench);
    listRows(bench, before, NEWEST);
    await poll();
    listRows(bench, after, NEWEST);
    const count = asked(bench).length;
    await poll();
    assertEquals(asked(bench).slice(count).filter((page) => !page.includes("after")), ["20"]);
  });
}

eachDialect.test("ActivityPoll.poll() asks for the newest 20 and no more when they came before what was there the first time", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, secondly(30), NEWEST);
  const { poll } = await readingOn(bench);
  // None of these is known by its id, but all of them by their time.
  listRows(bench, Array.from({ length: 30 }, (_, i) => at(`b${i}`, "11:00:00")), NEWEST);
  const count = asked(bench).length;
  await poll();
  assertEquals(asked(bench).slice(count).filter((page) => !page.includes("after")), ["20"]);
});

eachDialect.test("ActivityPoll.poll() asks behind no row when the platform has forgotten all of them", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll, cursor } = await readingOn(bench);
  bench.workspace.pruneActivity();
  await poll();
  assertEquals(cursor(), { id: "", since: 0 });
  const count = asked(bench).length;
  await poll();
  assertEquals(asked(bench).slice(count), ["20"]);
});
