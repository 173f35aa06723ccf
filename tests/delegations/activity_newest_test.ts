import { assertEquals } from "@std/assert";
import { ActivitySource, type NewestWanted } from "../../lib/delegations/activity_source.ts";
import type { OutcomeKind } from "../../lib/platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { asked, listRows, messageRow, receiveMany, TOO_LONG_BYTES } from "./_activity.ts";
import { type Bench, impatient, never, startBench } from "./_bench.ts";

/** Nothing is known: all that there is is wanted. */
const ALL: NewestWanted = { isKnown: () => false, signal: never };
/** Some row is known. */
const ENOUGH: NewestWanted = { isKnown: () => true, signal: never };

/** So many rows, the last of which is the newest. */
function rowsUpTo(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => messageRow(`a${index + 1}`));
}

/** What was read of rows: the ids, and what is said of it. */
async function newest(bench: Bench, wanted = ALL) {
  const batch = await new ActivitySource(bench.common).newest(wanted);
  if (batch.kind === "failed") return { failed: batch.outcome.kind };
  const { gap, isAll, rows } = batch;
  return { count: rows.length, gap, isAll };
}

eachDialect.test("ActivitySource.newest() gives the rows oldest first", async (dialect) => {
  await using bench = await startBench({ dialect });
  const rows = rowsUpTo(3);
  listRows(bench, rows);
  const batch = await new ActivitySource(bench.common).newest(ALL);
  assertEquals(batch.kind === "rows" && batch.rows, rows);
});

eachDialect.test("ActivitySource.newest() asks for 20 when one of them is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  receiveMany(bench, 30);
  assertEquals(await newest(bench, ENOUGH), { count: 20, gap: undefined, isAll: false });
  assertEquals(asked(bench), ["20"]);
});

const sizes: [there: number, asks: readonly string[]][] = [
  [19, ["20"]],
  [20, ["20", "100"]],
  [150, ["20", "100", "500"]],
  [499, ["20", "100", "500"]],
];
for (const [there, asks] of sizes) {
  eachDialect.test(`ActivitySource.newest() asks for ${asks.join(", then ")} when there are ${there}, and none is known`, async (dialect) => {
    await using bench = await startBench({ dialect });
    receiveMany(bench, there);
    assertEquals(await newest(bench), { count: there, gap: undefined, isAll: true });
    assertEquals(asked(bench), asks);
  });
}

eachDialect.test("ActivitySource.newest() asks on until a known row is among them, and no further", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(150));
  const isKnown = (row: unknown) => JSON.stringify(row).includes('"a100"');
  const found = await newest(bench, { isKnown, signal: never });
  assertEquals(found, { count: 100, gap: undefined, isAll: false });
  assertEquals(asked(bench), ["20", "100"]);
});

eachDialect.test("ActivitySource.newest() says that there are too many when none of 500 is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(501));
  assertEquals(await newest(bench), { count: 500, gap: "too_many", isAll: false });
});

eachDialect.test("ActivitySource.newest() finds as many as fit into one answer when more are too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(30), { tooMany: 13 });
  assertEquals(await newest(bench), { count: 12, gap: "too_long", isAll: false });
  assertEquals(asked(bench), ["20", "10", "15", "12", "13"]);
});

eachDialect.test("ActivitySource.newest() finds as many as fit into one answer when only a later page is too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(150), { tooMany: 22 });
  assertEquals(await newest(bench), { count: 21, gap: "too_long", isAll: false });
  assertEquals(asked(bench).slice(0, 3), ["20", "100", "60"]);
});

eachDialect.test("ActivitySource.newest() stops looking for what fits as soon as a known row is among them", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(30), { tooMany: 13 });
  assertEquals(await newest(bench, ENOUGH), { count: 10, gap: undefined, isAll: false });
  assertEquals(asked(bench), ["20", "10"]);
});

eachDialect.test("ActivitySource.newest() gives up when the newest alone is too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, rowsUpTo(30), { tooMany: 1 });
  assertEquals(await newest(bench), { failed: "oversized" });
  assertEquals(asked(bench), ["20", "10", "5", "2", "1"]);
});

eachDialect.test("ActivitySource.newest() begins with what fitted when one that is too long was among the newest", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source = new ActivitySource(bench.common);
  listRows(bench, rowsUpTo(30), { tooMany: 6 });
  await source.newest(ENOUGH);
  listRows(bench, rowsUpTo(30));
  const before = asked(bench).length;
  for (let polls = 0; polls < 4; polls++) await source.newest(ENOUGH);
  assertEquals(asked(bench).slice(before), ["5", "5", "5", "5"]);
});

eachDialect.test("ActivitySource.newest() asks for a quarter with the next poll when the first page does not come in time", async (dialect) => {
  await using bench = await startBench({ dialect });
  let { sender } = bench.common;
  const source = new ActivitySource({
    ...bench.common,
    sender: { send: (...args) => sender.send(...args) },
  });
  receiveMany(bench, 30);
  sender = impatient(bench.common.sender);
  bench.platform.fault("activity", { kind: "hang" }, { times: 1 });
  const late = await source.newest(ENOUGH);
  sender = bench.common.sender;
  for (let polls = 0; polls < 3; polls++) await source.newest(ENOUGH);
  assertEquals([late.kind, late.outcome.kind], ["failed", "timed_out"]);
  assertEquals(asked(bench), ["20", "5", "5", "5"]);
});

const failures: [what: string, answer: { status: number; body?: object }, kind: OutcomeKind][] = [
  ["the platform fails", { status: 503 }, "unavailable"],
  ["something else than a list comes", { status: 200, body: { rows: [] } }, "ok"],
];
for (const [what, answer, kind] of failures) {
  eachDialect.test(`ActivitySource.newest() gives nothing, not even what it has already, when ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    receiveMany(bench, 30);
    bench.platform.fault("activity", { kind: "delay", ms: 0 }, { times: 1 });
    bench.platform.fault("activity", { kind: "answer", ...answer }, { times: 1 });
    assertEquals(await newest(bench), { failed: kind });
    assertEquals(asked(bench), ["20", "100"]);
  });
}

eachDialect.test("ActivitySource.newest() reads an answer of 5 MiB", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "x".repeat(5 * 1024 * 1024) });
  assertEquals(await newest(bench), { count: 1, gap: undefined, isAll: true });
});

eachDialect.test("ActivitySource.newest() does not read an answer of 9 MiB", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "x".repeat(TOO_LONG_BYTES) });
  assertEquals(await newest(bench), { failed: "oversized" });
});
