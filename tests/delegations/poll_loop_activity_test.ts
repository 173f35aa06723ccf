import { assertEquals } from "@std/assert";
import type { PollLoopOptions } from "../../lib/delegations/poll_loop.ts";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { activityPoll, asked, bothPolls, takenTexts } from "./_activity.ts";
import { type Bench, impatient, never, startBench } from "./_bench.ts";
import { exampleRow, OTHER_ID } from "./_examples.ts";

const GRACE = { grace: true };
const DAY_MS = 24 * 3600 * 1000;

/** A poll loop that reads messages, too, with what its deliveries have passed on. */
async function pollLoop(bench: Bench, options: Partial<PollLoopOptions> = {}) {
  const made = await activityPoll(bench);
  return { ...made, loop: bothPolls(bench, made, options) };
}

const NOT_ASKED: [what: string, fault: Fault][] = [
  ["the platform is not there", { kind: "reset" }],
  ["the platform does not answer in time", { kind: "hang" }],
  ["the token is refused", { kind: "answer", status: 401 }],
  ["there were too many requests", { kind: "answer", status: 429 }],
];
for (const [what, fault] of NOT_ASKED) {
  eachDialect.test(`PollLoop.poll() asks for no messages when the listing shows that ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { loop } = await pollLoop(bench, { sender: impatient(bench.common.sender) });
    bench.platform.fault("delegations", fault);
    await loop.poll(never, GRACE);
    assertEquals(asked(bench), []);
  });
}

eachDialect.test("PollLoop.poll() reads messages although the delegations cannot be listed", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = await pollLoop(bench);
  bench.platform.fault("delegations", { kind: "answer", status: 503 });
  await loop.poll(never, GRACE);
  bench.workspace.receive({ text: "the answer" });
  await loop.poll(never, GRACE);
  assertEquals(takenTexts(bench), ["the answer"]);
});

const OUTCOMES: [what: string, listing: number, messages: number, expected: string][] = [
  ["of the listing when that fails", 503, 200, "unavailable"],
  ["of the messages when only they fail", 200, 403, "forbidden"],
  ["of the listing when both fail", 500, 403, "unavailable"],
  ["ok when both work", 200, 200, "ok"],
];
for (const [what, listing, messages, expected] of OUTCOMES) {
  eachDialect.test(`PollLoop.poll() gives the outcome ${what}`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { loop } = await pollLoop(bench);
    for (const [route, status] of [["delegations", listing], ["activity", messages]] as const) {
      bench.platform.fault(route, { kind: "answer", status, body: [] });
    }
    assertEquals((await loop.poll(never, GRACE)).outcome.kind, expected);
  });
}

eachDialect.test("PollLoop.poll() gives the listing's outcome when nobody is to read messages", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = await pollLoop(bench, { activity: undefined });
  assertEquals((await loop.poll(never, GRACE)).outcome.kind, "ok");
  assertEquals(asked(bench), []);
});

eachDialect.test("PollLoop.poll() says that results could not be written when only a message could not", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = await pollLoop(bench);
  assertEquals((await loop.poll(never, GRACE)).failedToWrite, false);
  await Deno.mkdir(bench.resultsFile);
  bench.workspace.receive({ text: "the answer" });
  assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
});

eachDialect.test("PollLoop.poll() says that results could not be written when a listed one could not, though messages cannot be read", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = await pollLoop(bench);
  await Deno.mkdir(bench.resultsFile);
  bench.workspace.finish(bench.workspace.delegate(), "done");
  bench.platform.fault("activity", { kind: "answer", status: 503 });
  assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
});

eachDialect.test("PollLoop.poll() tells of a refused token once for as long as it lasts, and again after that", async (dialect) => {
  await using bench = await startBench({ dialect });
  let refusals = 0;
  const { loop } = await pollLoop(bench, { onRefused: () => void refusals++ });
  const counts: number[] = [];
  for (const isRefused of [true, true, false, true, true]) {
    bench.platform.clearFaults();
    if (isRefused) bench.platform.fault("delegations", { kind: "answer", status: 401 });
    await loop.poll(never, GRACE);
    counts.push(refusals);
  }
  assertEquals(counts, [1, 1, 1, 2, 2]);
});

/** A delegation that failed a month ago. */
function failedLongAgo({ workspace }: Bench): void {
  const created_at = new Date(Date.now() - 30 * DAY_MS).toISOString();
  const failure = { delegation_id: "old", source_id: workspace.id, target_id: OTHER_ID };
  workspace.injectRows([exampleRow({ ...failure, status: "failed", created_at })]);
}

eachDialect.test("PollLoop.poll() neither wakes nor tells of what ended long before the very first start, though messages could be read sooner", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, unnotified, unwoken } = await pollLoop(bench);
  failedLongAgo(bench);
  bench.platform.fault("delegations", { kind: "answer", status: 503 }, { times: 2 });
  await loop.poll(never, GRACE);
  bench.workspace.receive({ text: "the answer" });
  for (let polls = 0; polls < 2; polls++) await loop.poll(never, GRACE);
  assertEquals(unwoken.flat().length, 1, "the message, and nothing else");
  assertEquals(unnotified.flat(), []);
});

eachDialect.test("PollLoop.poll() wakes and tells of what ended long ago when it is listed after the first listing", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, unnotified, unwoken } = await pollLoop(bench);
  await loop.poll(never, GRACE);
  failedLongAgo(bench);
  await loop.poll(never, GRACE);
  assertEquals([unwoken.flat(), unnotified.flat()], [["old"], ["old"]]);
});

eachDialect.test("PollLoop.poll() does not forget a delegation that is listed no more, however many messages come", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, loop } = await pollLoop(bench);
  bench.workspace.finish(bench.workspace.delegate({ id: "d1" }), "done");
  await loop.poll(never, GRACE);
  bench.workspace.injectRows([], { replace: true });
  for (let rounds = 0; rounds < 7; rounds++) {
    for (let count = 0; count < 300; count++) bench.workspace.receive({ text: "again" });
    await loop.poll(never, GRACE);
  }
  assertEquals(deliveries.has({ delegationId: "d1", status: "completed" }), true);
});
