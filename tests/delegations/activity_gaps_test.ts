import { assertEquals, assertStringIncludes } from "@std/assert";
import { eachDialect } from "../support/mod.ts";
import {
  asked,
  bothPolls,
  listRows,
  messageRow,
  readingOn,
  receiveMany,
  takenTexts,
  TOO_LONG_BYTES,
} from "./_activity.ts";
import { type Bench, never, startBench } from "./_bench.ts";

/** What is told of forgotten places. */
function forgotten(bench: Bench): string[] {
  return bench.lines("INFO").filter((line) => line.includes("messages were read"));
}

eachDialect.test("ActivityPoll.poll() reads on after the platform has forgotten where it stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.workspace.receive({ text: "one" });
  await poll();
  bench.workspace.pruneActivity();
  bench.workspace.receive({ text: "two" });
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(takenTexts(bench), ["one", "two"]);
  assertEquals([bench.lines("WARN"), bench.lines("ERROR")], [[], []]);
});

eachDialect.test("ActivityPoll.poll() delivers 150 messages that came in while the platform forgot where it stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.workspace.receive({ text: "one" });
  await poll();
  bench.workspace.pruneActivity();
  const texts = receiveMany(bench, 150);
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(takenTexts(bench), ["one", ...texts]);
});

eachDialect.test("ActivityPoll.poll() says that the platform has forgotten where it stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  bench.workspace.pruneActivity();
  for (let polls = 0; polls < 3; polls++) await poll();
  // An older platform is never asked what comes after a row.
  assertEquals(
    forgotten(bench),
    dialect === "2026-04" ? [] : [
      "The platform does not know any more up to where messages were read: reading on from those " +
      "that it has",
    ],
  );
});

/** Forgets everything, and is asked what has come after it. */
async function forgetAll(bench: Bench, poll: () => Promise<unknown>): Promise<void> {
  bench.workspace.pruneActivity();
  bench.workspace.receive({ text: "new" });
  await poll();
}

eachDialect.test("ActivityPoll.poll() says once that the platform forgets where it stopped, while it does each time", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  for (let times = 0; times < 3; times++) await forgetAll(bench, poll);
  assertEquals(forgotten(bench).length, dialect === "2026-04" ? 0 : 1);
});

eachDialect.test("ActivityPoll.poll() says again that the platform has forgotten where it stopped when it had remembered in between", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  await forgetAll(bench, poll);
  await poll();
  await forgetAll(bench, poll);
  assertEquals(forgotten(bench).length, dialect === "2026-04" ? 0 : 2);
});

eachDialect.test("ActivityPoll.poll() steps over a message that alone is too long for an answer, and delivers what is behind it", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.workspace.receive({ text: "x".repeat(TOO_LONG_BYTES) });
  for (const text of ["one", "two"]) bench.workspace.receive({ text });
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(takenTexts(bench), ["one", "two"]);
});

/** One of the rows alone is too long for an answer. */
const HUGE = { tooLong: "huge" };

eachDialect.test("ActivityPoll.poll() says that a message is too long, once", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")]);
  const { poll } = await readingOn(bench);
  listRows(bench, [messageRow("a1"), messageRow("huge"), messageRow("a2")], HUGE);
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(bench.lines("ERROR"), [
    "A message of the workspace is too long to be read: it is skipped, and with it what came " +
    "before the newest 1 and was not read yet",
  ]);
});

eachDialect.test("ActivityPoll.poll() delivers what came before a message that is too long when there is a cursor to read up to it", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")]);
  const { poll } = await readingOn(bench);
  const rows = ["a1", "before", "huge", "behind"].map((id) => messageRow(id));
  listRows(bench, rows, HUGE);
  await poll();
  assertEquals(takenTexts(bench), dialect === "2026-04" ? ["behind"] : ["before", "behind"]);
});

eachDialect.test("ActivityPoll.poll() waits for the next message, with one warning, when the newest alone is too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")]);
  const { poll } = await readingOn(bench);
  listRows(bench, [messageRow("a1"), messageRow("huge")], HUGE);
  for (let polls = 0; polls < 2; polls++) {
    assertEquals((await poll())?.outcome.kind, "oversized");
  }
  listRows(bench, [messageRow("a1"), messageRow("huge"), messageRow("a2")], HUGE);
  await poll();
  assertEquals(takenTexts(bench), ["a2"]);
  assertEquals(bench.lines("WARN").length, 1);
  assertStringIncludes(bench.lines("WARN").join(), "more than 8388608 bytes, which is not read");
});

eachDialect.test("ActivityPoll.poll() delivers all of 510 messages, or says that only the newest 500 could be read", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll } = await readingOn(bench);
  const texts = receiveMany(bench, 510);
  await poll();
  if (dialect === "2026-04") {
    assertEquals(takenTexts(bench), texts.slice(10));
    assertEquals(bench.lines("ERROR"), [
      "More messages have come in than the platform lists at once: only its newest 500 could be read",
    ]);
  } else {
    assertEquals(takenTexts(bench), texts);
    assertEquals(bench.lines("ERROR"), []);
  }
});

eachDialect.test("ActivityPoll.poll() tells of a gap only when what is behind it is delivered", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")]);
  const { poll } = await readingOn(bench);
  listRows(bench, [messageRow("a1"), messageRow("huge"), messageRow("a2")], HUGE);
  await Deno.mkdir(bench.resultsFile);
  await poll();
  assertEquals(bench.lines("ERROR"), []);
  await Deno.remove(bench.resultsFile);
  await poll();
  assertEquals(bench.lines("ERROR").length, 1);
});

/** A platform with cursors lists these, whatever its dialect. */
const CURSORS = { knowsCursors: true };

/** So many rows that say of which status they are, as none may. */
function malformedRows(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => messageRow(`m${index}`, { status: 7 }));
}

eachDialect.test("ActivityPoll.poll() reads on behind a full page of malformed rows", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")], CURSORS);
  const { poll } = await readingOn(bench);
  listRows(bench, [messageRow("a1"), ...malformedRows(100), messageRow("a2")], CURSORS);
  await poll();
  assertEquals(takenTexts(bench), ["a2"]);
});

eachDialect.test("ActivityPoll.poll() asks once for a full page of rows that have no ids: it cannot read on behind them", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, [messageRow("a1")], CURSORS);
  const { poll, cursor } = await readingOn(bench);
  listRows(bench, [messageRow("a1"), ...Array.from({ length: 100 }, () => null)], CURSORS);
  const before = asked(bench).length;
  await poll();
  assertEquals(asked(bench).slice(before).filter((page) => page === "100 after a1").length, 1);
  assertEquals(cursor()?.id, "a1");
});

eachDialect.test("ActivityPoll.poll() reads on past an outcome that the listing has delivered already", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { workspace } = bench;
  const reading = await readingOn(bench);
  workspace.receive({ text: "first" });
  const loop = bothPolls(bench, reading);
  const poll = () => loop.poll(never, { grace: false });
  await poll();
  workspace.pruneActivity();
  const texts = receiveMany(bench, 30);
  workspace.finish(workspace.delegate({ id: "d1" }), "the answer");
  workspace.receive({
    from: workspace.id,
    method: "delegate_result",
    status: "ok",
    responseBody: { delegation_id: "d1", text: "the answer" },
  });
  for (let polls = 0; polls < 3; polls++) await poll();
  assertEquals(takenTexts(bench).sort(), ["first", "the answer", ...texts].sort());
});
