import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { listRows, messageRow, readingOn, takenTexts } from "./_activity.ts";
import { startBench } from "./_bench.ts";

const UNAVAILABLE: Fault = { kind: "answer", status: 503, body: { error: "no" } };
const REFUSED: Fault = { kind: "answer", status: 401, body: { error: "invalid token" } };

eachDialect.test("ActivityPoll.poll() warns once for as long as messages cannot be read", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.platform.fault("activity", UNAVAILABLE);
  for (let polls = 0; polls < 3; polls++) await poll();
  assertEquals(bench.lines("WARN"), [
    "The workspace's messages cannot be read: answered 503: no; the next poll tries again",
  ]);
});

eachDialect.test("ActivityPoll.poll() says when messages can be read again", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.platform.fault("activity", UNAVAILABLE, { times: 2 });
  for (let polls = 0; polls < 4; polls++) await poll();
  assertEquals(
    bench.lines("INFO").filter((line) => line.includes("recovered")),
    ["Reading the workspace's messages recovered after 0.0 s and 2 failed attempts"],
  );
});

eachDialect.test("ActivityPoll.poll() warns again, once, when the token is refused in the middle of an outage", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.platform.fault("activity", UNAVAILABLE, { times: 1 });
  bench.platform.fault("activity", REFUSED);
  for (let polls = 0; polls < 3; polls++) await poll();
  const [first = "", second = "", ...more] = bench.lines("WARN");
  assertStringIncludes(first, "answered 503: no");
  assertStringIncludes(second, "answered 401: invalid token");
  assertEquals(more, []);
});

eachDialect.test("ActivityPoll.poll() warns when the answer is no list", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  bench.platform.fault("activity", { kind: "answer", status: 200, body: {} });
  await poll();
  assertEquals(bench.lines("WARN"), [
    "The workspace's messages cannot be read: answered with something else than a list; the next " +
    "poll tries again",
  ]);
});

eachDialect.test("ActivityPoll.poll() delivers the neighbours of malformed rows", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  const odd = messageRow("a2", { source_id: 7 });
  listRows(bench, [messageRow("a1"), null, odd, 7, messageRow("a3"), { id: [] }]);
  await poll();
  assertEquals(takenTexts(bench), ["a1", "a3"]);
});

eachDialect.test("ActivityPoll.poll() warns of malformed rows once for as long as there are no more of them", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  for (const rows of [[null, 7], [null, 7], [null]]) {
    listRows(bench, rows);
    await poll();
  }
  assertEquals(bench.lines("WARN"), ["Skipped 2 malformed rows of the workspace's messages"]);
});

eachDialect.test("ActivityPoll.poll() warns of malformed rows again when there are more of them", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  for (const rows of [[null], [null, 7]]) {
    listRows(bench, rows);
    await poll();
  }
  assertEquals(bench.lines("WARN"), [
    "Skipped 1 malformed row of the workspace's messages",
    "Skipped 2 malformed rows of the workspace's messages",
  ]);
});
