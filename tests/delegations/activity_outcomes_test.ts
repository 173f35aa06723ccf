import { assertEquals } from "@std/assert";
import { eachDialect } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { bothPolls, readingOn, takenTexts } from "./_activity.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { OTHER_ID } from "./_examples.ts";

/** A newer platform puts the outcome of a delegation into the inbox of whoever has delegated. */
function putOutcome(
  { workspace }: Bench,
  delegation_id: string,
  { status = "ok", text = "pushed" }: { status?: string; text?: string } = {},
): void {
  workspace.receive({
    from: workspace.id,
    method: "delegate_result",
    status,
    responseBody: { delegation_id, text },
  });
}

/** What reads the listing and the inbox, as the sidecar does. */
async function polling(bench: Bench) {
  const made = await readingOn(bench);
  const loop = bothPolls(bench, made);
  const both = () => loop.poll(never, { grace: true });
  return {
    ...made,
    both,
    /** Polls while the listing does not answer. */
    async inboxAlone() {
      bench.platform.fault("delegations", { kind: "answer", status: 503 }, { times: 1 });
      await both();
    },
  };
}

eachDialect.test("ActivityPoll.poll() delivers the outcome of a delegation of ours, as it is listed otherwise", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  putOutcome(bench, "d1", { text: "the answer" });
  await poll();
  const [record, ...more] = consumeResults(bench.resultsFile).records;
  const { summary: _, timestamp: __, ...rest } = record ?? {};
  assertEquals(rest, {
    delegation_id: "d1",
    target_id: "",
    source_id: bench.workspace.id,
    status: "completed",
    response_preview: "the answer",
    error: "",
  });
  assertEquals(more, []);
});

eachDialect.test("ActivityPoll.poll() wakes the agent for an outcome of ours, and hands it over for the user", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unnotified, unwoken } = await readingOn(bench);
  putOutcome(bench, "d1");
  putOutcome(bench, "d2", { status: "error" });
  await poll();
  assertEquals([unwoken.flat(), unnotified.flat()], [["d1", "d2"], ["d1", "d2"]]);
});

eachDialect.test("ActivityPoll.poll() hands over for the user what failed, and not the message beside it", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unnotified } = await readingOn(bench);
  bench.workspace.receive({ text: "the answer" });
  putOutcome(bench, "d1", { status: "failed" });
  await poll();
  assertEquals(unnotified.flat(), ["d1"]);
});

eachDialect.test("ActivityPoll.poll() delivers nothing of a delegation of ours that goes on", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = await readingOn(bench);
  putOutcome(bench, "d1", { status: "dispatched" });
  await poll();
  assertEquals(takenTexts(bench), []);
});

/** What an outcome is called in the inbox, and what became of the delegation. */
const ENDS: [status: string, end: (bench: Bench, id: string) => void][] = [
  ["ok", ({ workspace }, id) => workspace.finish(id, "listed")],
  ["error", ({ workspace }, id) => workspace.fail(id, "out of money")],
];
for (const [status, end] of ENDS) {
  eachDialect.test(`PollLoop.poll() delivers an outcome once when it is in the listing first, and in the inbox as '${status}'`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { both, unwoken } = await polling(bench);
    end(bench, bench.workspace.delegate({ id: "d1", to: OTHER_ID }));
    await both();
    putOutcome(bench, "d1", { status });
    for (let polls = 0; polls < 2; polls++) await both();
    assertEquals(unwoken, [["d1"]]);
    assertEquals(consumeResults(bench.resultsFile).records.length, 1);
  });

  eachDialect.test(`PollLoop.poll() delivers an outcome once when it is in the inbox first, as '${status}', and then in the listing`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { both, inboxAlone, unwoken } = await polling(bench);
    end(bench, bench.workspace.delegate({ id: "d1", to: OTHER_ID }));
    putOutcome(bench, "d1", { status });
    await inboxAlone();
    for (let polls = 0; polls < 2; polls++) await both();
    assertEquals(unwoken, [["d1"]]);
    assertEquals(consumeResults(bench.resultsFile).records.length, 1);
  });

  eachDialect.test(`PollLoop.poll() delivers an outcome once, as it is listed, when it is in listing and inbox ('${status}') at the same time`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { both, unwoken } = await polling(bench);
    end(bench, bench.workspace.delegate({ id: "d1", to: OTHER_ID }));
    putOutcome(bench, "d1", { status });
    await both();
    const targets = consumeResults(bench.resultsFile).records.map(({ target_id }) => target_id);
    assertEquals([targets, unwoken], [[OTHER_ID], [["d1"]]]);
  });
}

eachDialect.test("PollLoop.poll() delivers the reply that is in the inbox, once, when the listing has none yet (D25)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { both, unwoken } = await polling(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  putOutcome(bench, "d1", { text: "the answer" });
  for (let polls = 0; polls < 3; polls++) await both();
  assertEquals(takenTexts(bench), ["the answer"]);
  assertEquals(unwoken, [["d1"]]);
});

eachDialect.test("ActivityPoll.poll() delivers an outcome once, although the platform forgets where messages were read", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = await readingOn(bench);
  putOutcome(bench, "d1");
  await poll();
  bench.workspace.pruneActivity();
  putOutcome(bench, "d1");
  await poll();
  assertEquals(unwoken, [["d1"]]);
});

eachDialect.test("ActivityPoll.poll() tells a message from a delegation that has its id", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = await readingOn(bench);
  const id = bench.workspace.receive({ text: "the answer" });
  putOutcome(bench, id);
  await poll();
  assertEquals(unwoken.flat(), [`message:${id}`, id]);
});

eachDialect.test("ActivityPoll.poll() does not take an outcome of ours for delivered because it was there the first time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { workspace } = bench;
  workspace.finish(workspace.delegate({ id: "d1" }), "the answer");
  putOutcome(bench, "d1");
  const { both, deliveries } = await polling(bench);
  assertEquals(deliveries.has({ delegationId: "d1", status: "completed" }), false);
  await both();
  await both();
  assertEquals(takenTexts(bench), ["the answer"]);
});
