import { assertEquals } from "@std/assert";
import { ActivitySource } from "../../lib/delegations/activity_source.ts";
import { eachDialect } from "../support/mod.ts";
import { asked, listRows, messageRow, NO_ROW, receiveMany, TOO_LONG_BYTES } from "./_activity.ts";
import { type Bench, impatient, never, startBench } from "./_bench.ts";

/** Some row is known, so that no more of the newest are asked for. */
const ENOUGH = { isKnown: () => true, signal: never };
const PROBE = `1 after ${NO_ROW}`;

/** A workspace with one message, and what reads after it. */
async function behindOne(bench: Bench) {
  const source = new ActivitySource(bench.common);
  const id = bench.workspace.receive({ text: "long ago" });
  const after = () => source.after(id, ENOUGH);
  await after();
  return { source, id, after };
}

/** What was asked for since. */
function askedSince(bench: Bench, before: number): string[] {
  return asked(bench).slice(before);
}

eachDialect.test("ActivitySource.after() finds out once whether the platform knows cursors", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { after, id } = await behindOne(bench);
  await after();
  const page = dialect === "2026-04" ? "20" : `100 after ${id}`;
  assertEquals(asked(bench), [PROBE, page, page]);
});

eachDialect.test("ActivitySource.after() asks for the newest, and for nothing else, when there was no row before", async (dialect) => {
  await using bench = await startBench({ dialect });
  await new ActivitySource(bench.common).after("", ENOUGH);
  assertEquals(asked(bench), ["20"]);
});

eachDialect.test("ActivitySource.after() gives what came after the row, oldest first", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { after, id } = await behindOne(bench);
  const ids = ["one", "two"].map((text) => bench.workspace.receive({ text }));
  const batch = await after();
  const rows = batch.kind === "rows" ? batch.rows : [];
  const read = rows.map((row) => Object.entries(row ?? {}).find(([key]) => key === "id")?.[1]);
  assertEquals(read, dialect === "2026-04" ? [id, ...ids] : ids);
  assertEquals(batch.kind === "rows" && batch.isBehindCursor, dialect !== "2026-04");
});

eachDialect.test("ActivitySource.after() looks again after 100 polls whether the platform knows cursors by now", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source = new ActivitySource(bench.common);
  bench.platform.fault("activity", { kind: "answer", status: 200, body: [messageRow("a1")] });
  for (let polls = 1; polls <= 100; polls++) await source.after("a1", ENOUGH);
  assertEquals(asked(bench), [PROBE, ...Array.from({ length: 100 }, () => "20")]);
  listRows(bench, [messageRow("a1")], { knowsCursors: true });
  for (let polls = 1; polls <= 2; polls++) await source.after("a1", ENOUGH);
  assertEquals(askedSince(bench, 101), [PROBE, "100 after a1", "100 after a1"]);
});

eachDialect.test("ActivitySource.after() looks again only after 100 more polls when the platform still knows no cursors", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source = new ActivitySource(bench.common);
  bench.platform.fault("activity", { kind: "answer", status: 200, body: [messageRow("a1")] });
  for (let polls = 1; polls <= 201; polls++) await source.after("a1", ENOUGH);
  const probes = asked(bench).flatMap((page, index) => page === PROBE ? [index] : []);
  assertEquals(probes, [0, 101, 202]);
});

eachDialect.test("ActivitySource.after() reads the newest when the platform knows cursors no more", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source = new ActivitySource(bench.common);
  listRows(bench, [messageRow("a1")], { knowsCursors: true });
  await source.after("a1", ENOUGH);
  listRows(bench, [messageRow("a1"), messageRow("a2")], { knowsCursors: false });
  const batch = await source.after("a1", ENOUGH);
  assertEquals(batch.kind === "rows" && !batch.isBehindCursor && batch.rows.length, 2);
  await source.after("a1", ENOUGH);
  assertEquals(askedSince(bench, 2), ["100 after a1", "20", "20"]);
});

eachDialect.test("ActivitySource.after() finds out again when the platform could not say whether it knows cursors", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source = new ActivitySource(bench.common);
  const answers = [{ status: 503, body: { error: "no" } }, { status: 200, body: {} }];
  for (const answer of answers) {
    bench.platform.fault("activity", { kind: "answer", ...answer }, { times: 1 });
    assertEquals((await source.after("a1", ENOUGH)).kind, "failed");
  }
  await source.after("a1", ENOUGH);
  assertEquals(asked(bench).slice(0, 3), [PROBE, PROBE, PROBE]);
});

eachDialect.test("ActivitySource.after() takes a platform for one without cursors when its newest row is too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.platform.fault("activity", { kind: "huge", bytes: TOO_LONG_BYTES }, { times: 1 });
  await new ActivitySource(bench.common).after("a1", ENOUGH);
  assertEquals(asked(bench), [PROBE, "20"]);
});

eachDialect.test("ActivitySource.after() says that there may be more when the page is full, and only then", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { after } = await behindOne(bench);
  receiveMany(bench, 99);
  const short = await after();
  bench.workspace.receive({ text: "one more" });
  const full = await after();
  const hasMore = [short, full].map((batch) => batch.kind === "rows" && batch.hasMore);
  // Of the newest, all that are wanted have been read.
  assertEquals(hasMore, [false, dialect !== "2026-04"]);
});

/** The pages that only a platform with cursors has. */
const pageTest = (name: string, fn: (bench: Bench) => Promise<void>) =>
  Deno.test(`${name} (2026-06)`, async () => {
    await using bench = await startBench({ dialect: "2026-06" });
    await fn(bench);
  });

pageTest(
  "ActivitySource.after() asks for a quarter at once when the page is too long for one answer",
  async (bench) => {
    const { after, id } = await behindOne(bench);
    const before = asked(bench).length;
    bench.platform.fault("activity", { kind: "huge", bytes: TOO_LONG_BYTES }, { times: 2 });
    assertEquals((await after()).kind, "rows");
    assertEquals(askedSince(bench, before), [100, 25, 7].map((limit) => `${limit} after ${id}`));
  },
);

pageTest(
  "ActivitySource.after() asks for more again, twice as many each time, after a page that was too long",
  async (bench) => {
    const { after, id } = await behindOne(bench);
    bench.platform.fault("activity", { kind: "huge", bytes: TOO_LONG_BYTES }, { times: 2 });
    await after();
    const before = asked(bench).length;
    for (let polls = 0; polls < 5; polls++) await after();
    const limits = [14, 28, 56, 100, 100];
    assertEquals(askedSince(bench, before), limits.map((limit) => `${limit} after ${id}`));
  },
);

pageTest(
  "ActivitySource.after() asks for a quarter with the next poll when the page does not come in time",
  async (bench) => {
    let { sender } = bench.common;
    const source = new ActivitySource({
      ...bench.common,
      sender: { send: (...args) => sender.send(...args) },
    });
    const id = bench.workspace.receive({ text: "long ago" });
    await source.after(id, ENOUGH);
    const before = asked(bench).length;
    sender = impatient(bench.common.sender);
    bench.platform.fault("activity", { kind: "hang" }, { times: 1 });
    const late = await source.after(id, ENOUGH);
    sender = bench.common.sender;
    await source.after(id, ENOUGH);
    assertEquals([late.kind, late.outcome.kind], ["failed", "timed_out"]);
    assertEquals(askedSince(bench, before), [`100 after ${id}`, `25 after ${id}`]);
  },
);

pageTest(
  "ActivitySource.after() asks for as many as before when the platform is not there",
  async (bench) => {
    const { after, id } = await behindOne(bench);
    const before = asked(bench).length;
    bench.platform.fault("activity", { kind: "answer", status: 503 }, { times: 1 });
    assertEquals((await after()).kind, "failed");
    await after();
    assertEquals(askedSince(bench, before), [`100 after ${id}`, `100 after ${id}`]);
  },
);

pageTest(
  "ActivitySource.after() reads the newest, and says that there is a gap, when the row was forgotten",
  async (bench) => {
    const { after } = await behindOne(bench);
    bench.workspace.pruneActivity();
    bench.workspace.receive({ text: "new" });
    const batch = await after();
    assertEquals(
      batch.kind === "rows" && [batch.gap, batch.rows.length, batch.isBehindCursor],
      ["forgotten", 1, false],
    );
  },
);

pageTest(
  "ActivitySource.after() reads the newest, and says that there is a gap, when one row alone is too long",
  async (bench) => {
    const { after, id } = await behindOne(bench);
    const before = asked(bench).length;
    bench.platform.fault("activity", { kind: "huge", bytes: TOO_LONG_BYTES }, { times: 5 });
    const batch = await after();
    assertEquals(batch.kind === "rows" && batch.gap, "too_long");
    const pages = [100, 25, 7, 2, 1].map((limit) => `${limit} after ${id}`);
    assertEquals(askedSince(bench, before), [...pages, "20"]);
  },
);
