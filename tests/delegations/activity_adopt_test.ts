import { assertEquals } from "@std/assert";
import { messageResultId } from "../../lib/delegations/result.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { eachDialect } from "../support/mod.ts";
import { activityPoll, listRows, messageRow, readingOn, takenTexts } from "./_activity.ts";
import { startBench } from "./_bench.ts";
import { results } from "./_deliveries.ts";

const HOUR_MS = 3600 * 1000;
const NOON = Date.UTC(2026, 4, 3, 12);

/** So many rows, one each minute from noon on. */
function minutely(count: number): Record<string, unknown>[] {
  return Array.from(
    { length: count },
    (_, index) =>
      messageRow(`a${index}`, { created_at: new Date(NOON + index * 60_000).toISOString() }),
  );
}

eachDialect.test("ActivityPoll.poll() delivers nothing that was there before it was asked for", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.receive({ text: "long ago" });
  const { poll, unwoken } = await readingOn(bench);
  await poll();
  assertEquals([takenTexts(bench), unwoken], [[], []]);
});

eachDialect.test("ActivityPoll.poll() delivers nothing that was there before, although the platform forgets where it stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, minutely(30), { forgets: true });
  const { poll } = await readingOn(bench);
  await poll();
  assertEquals(takenTexts(bench), []);
});

eachDialect.test("ActivityPoll.poll() takes what is there for delivered the first time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const id = bench.workspace.receive({ text: "long ago" });
  const { deliveries } = await readingOn(bench);
  assertEquals(
    deliveries.has({ delegationId: messageResultId(id), status: "completed" }),
    true,
  );
});

eachDialect.test("ActivityPoll.poll() adopts all that the platform has, whenever it came, when that fits on the first page", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, minutely(19));
  const { cursor } = await readingOn(bench);
  assertEquals(cursor(), { id: "a18", since: 0 });
});

eachDialect.test("ActivityPoll.poll() adopts what came in before the oldest of the first page, too, when that is full", async (dialect) => {
  await using bench = await startBench({ dialect });
  listRows(bench, minutely(30));
  const { cursor } = await readingOn(bench);
  assertEquals(cursor(), { id: "a29", since: NOON + 10 * 60_000 });
});

eachDialect.test("ActivityPoll.poll() adopts what came in up to now when a full page does not say when", async (dialect) => {
  await using bench = await startBench({ dialect });
  const before = Date.now();
  listRows(bench, Array.from({ length: 20 }, (_, i) => messageRow(`a${i}`, { created_at: null })));
  const { cursor } = await readingOn(bench);
  const { since = 0 } = cursor() ?? {};
  assertEquals(since >= before && since <= Date.now(), true);
});

eachDialect.test("ActivityPoll.poll() delivers what comes into an inbox that was empty", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, cursor } = await readingOn(bench);
  assertEquals(cursor(), { id: "", since: 0 });
  listRows(bench, minutely(2));
  await poll();
  assertEquals(takenTexts(bench), ["a0", "a1"]);
});

eachDialect.test("ActivityPoll.poll() begins with what comes next when the journal could be written only later", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, poll, cursor } = await activityPoll(bench);
  const { lock } = resultsFiles(bench.resultsFile);
  await Deno.remove(lock);
  const other = bench.deliveries();
  await other.deliveries.open();
  bench.workspace.receive({ text: "too early" });
  assertEquals((await poll())?.failedToWrite, true);
  assertEquals(cursor(), undefined);
  other.deliveries.close();
  assertEquals((await poll())?.failedToWrite, false);
  bench.workspace.receive({ text: "the answer" });
  await poll();
  assertEquals(takenTexts(bench), ["the answer"]);
  deliveries.close();
});

eachDialect.test("ActivityPoll.poll() does not end the very first start: old delegations are still history", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, poll, unwoken } = await readingOn(bench);
  bench.workspace.receive({ text: "the answer" });
  await poll();
  const [old] = results("old");
  const changedAt = Date.now() - 30 * 24 * HOUR_MS;
  await deliveries.deliverListing(old === undefined ? [] : [{ ...old, changedAt }]);
  assertEquals(unwoken.flat().filter((id) => id === "old"), []);
});

eachDialect.test("ActivityPoll.poll() leaves an outcome of ours that was there before to the listing", async (dialect) => {
  await using bench = await startBench({ dialect });
  const source_id = bench.workspace.id;
  const outcome = { source_id, method: "delegate_result", response_body: { delegation_id: "d1" } };
  listRows(bench, [messageRow("a1", outcome), messageRow("a2")], { knowsCursors: false });
  const { deliveries, poll } = await readingOn(bench);
  await poll();
  assertEquals(takenTexts(bench), []);
  assertEquals(deliveries.has({ delegationId: "d1", status: "completed" }), false);
});
