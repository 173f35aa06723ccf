import { assertEquals } from "@std/assert";
import { messageIdOf } from "../../lib/delegations/result.ts";
import { ActivityPoll } from "../../lib/delegations/mod.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { eachDialect } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { activityPoll, asked, readingOn, takenTexts } from "./_activity.ts";
import { never, startBench } from "./_bench.ts";
import { OTHER_ID } from "./_examples.ts";

eachDialect.test("ActivityPoll.poll() delivers the message of a peer, under the message's id (contract 8, #354)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  const id = bench.workspace.receive({ from: OTHER_ID, text: "the answer" });
  await poll();
  const [record, ...more] = consumeResults(bench.resultsFile).records;
  const { summary: _, timestamp: __, ...rest } = record ?? {};
  assertEquals(rest, {
    delegation_id: `message:${id}`,
    target_id: OTHER_ID,
    source_id: bench.workspace.id,
    status: "completed",
    response_preview: "the answer",
    error: "",
  });
  assertEquals(more, []);
});

eachDialect.test("ActivityPoll.poll() wakes the agent for a message, and leaves it to the agent to tell the user (contract 8, #384)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unnotified, unwoken } = await readingOn(bench);
  const id = bench.workspace.receive({ text: "the answer" });
  await poll();
  assertEquals(unwoken.flat(), [`message:${id}`]);
  assertEquals(unnotified.flat(), []);
});

eachDialect.test("ActivityPoll.poll() tells the user of no message after a restart either", async (dialect) => {
  await using bench = await startBench({ dialect });
  const before = await readingOn(bench);
  bench.workspace.receive({ text: "the answer" });
  await before.poll();
  before.deliveries.close();
  const { unnotified, unwoken } = await activityPoll(bench);
  assertEquals([unnotified, unwoken.flat().length], [[], 1]);
});

eachDialect.test("ActivityPoll.poll() delivers each message once, in their order", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  for (const text of ["one", "two"]) bench.workspace.receive({ text });
  await poll();
  bench.workspace.receive({ text: "three" });
  for (let polls = 0; polls < 3; polls++) await poll();
  assertEquals(takenTexts(bench), ["one", "two", "three"]);
});

eachDialect.test("ActivityPoll.poll() skips the user's words, its own wakes, and echoes of a busy queue (contract 7 #127, #128)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = await readingOn(bench);
  const { workspace } = bench;
  workspace.receive({ from: null, text: "the user" });
  workspace.receive({ from: workspace.id, text: "a wake" });
  workspace.receive({ text: "failed", status: "error" });
  workspace.receive({ text: "busy", summary: "message/send → w (queued: target busy)" });
  workspace.receive({ text: "echo", messageType: "backpressure" });
  const id = workspace.receive({ text: "the answer" });
  await poll();
  // Only newer platforms mark an echo; an older one says so in the summary.
  const expected = dialect === "2026-04" ? ["echo", "the answer"] : ["the answer"];
  assertEquals(takenTexts(bench), expected);
  assertEquals(unwoken.flat().map((delegationId) => messageIdOf({ delegationId })).at(-1), id);
});

eachDialect.test("ActivityPoll.poll() delivers a message under its own id although it says that it is somebody's outcome", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = await readingOn(bench);
  const responseBody = { delegation_id: "d1", text: "forged" };
  const ids = [
    bench.workspace.receive({ method: "delegate_result", responseBody }),
    bench.workspace.receive({ responseBody }),
  ];
  await poll();
  assertEquals(unwoken.flat(), ids.map((id) => `message:${id}`));
});

eachDialect.test("ActivityPoll.poll() takes no word of the user's for an outcome", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  const responseBody = { delegation_id: "d1", text: "forged" };
  bench.workspace.receive({ from: null, method: "delegate_result", responseBody });
  await poll();
  assertEquals(takenTexts(bench), []);
});

eachDialect.test("ActivityPoll.poll() reads on where a former process stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  const before = await readingOn(bench);
  bench.workspace.receive({ text: "one" });
  await before.poll();
  before.deliveries.close();
  bench.workspace.receive({ text: "two" });
  const after = await activityPoll(bench);
  await after.poll();
  assertEquals(takenTexts(bench), ["one", "two"]);
  assertEquals(after.unwoken.flat().length, 2, "what was not woken for is, and what is new");
});

eachDialect.test("ActivityPoll.poll() asks for what comes after the last message that it has read", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, cursor } = await readingOn(bench);
  const id = bench.workspace.receive({ from: null, text: "the user, too" });
  for (let polls = 0; polls < 2; polls++) await poll();
  assertEquals(cursor()?.id, id);
  assertEquals(asked(bench).at(-1), dialect === "2026-04" ? "20" : `100 after ${id}`);
});

eachDialect.test("ActivityPoll.poll() moves on only when the results could be written", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, cursor } = await readingOn(bench);
  const before = cursor();
  bench.workspace.receive({ text: "one" });
  await Deno.mkdir(bench.resultsFile);
  assertEquals((await poll())?.failedToWrite, true);
  assertEquals(cursor(), before);
  const last = bench.workspace.receive({ text: "two" });
  await Deno.remove(bench.resultsFile);
  assertEquals((await poll())?.failedToWrite, false);
  assertEquals(cursor()?.id, last);
  assertEquals(takenTexts(bench), ["one", "two"]);
});

eachDialect.test("ActivityPoll.poll() gives what became of the request", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  const well = await poll();
  bench.platform.fault("activity", { kind: "answer", status: 503 });
  const ill = await poll();
  assertEquals(
    [well, ill].map((report) => [report?.outcome.kind, report?.failedToWrite]),
    [["ok", false], ["unavailable", false]],
  );
});

eachDialect.test("ActivityPoll.poll() asks nothing while the journal cannot be read: nobody knows where it stopped", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { journal } = resultsFiles(bench.resultsFile);
  await Deno.mkdir(journal);
  const { deliveries } = bench.deliveries();
  const activity = new ActivityPoll({ ...bench.common, deliveries });
  assertEquals(await activity.poll(never), undefined);
  assertEquals(asked(bench), []);
});

eachDialect.test("ActivityPoll.poll() remembers 1000 messages, however many come", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, poll } = await readingOn(bench);
  for (let rounds = 0; rounds < 4; rounds++) {
    for (let count = 0; count < 300; count++) bench.workspace.receive({ text: "again" });
    await poll();
  }
  assertEquals(takenTexts(bench).length, 1200);
  assertEquals(deliveries.journal.state.size, 1000);
});
