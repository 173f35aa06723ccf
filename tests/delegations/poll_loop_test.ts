import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { PollLoop, type PollLoopOptions } from "../../lib/delegations/poll_loop.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, impatient, never, running, startBench } from "./_bench.ts";
import { exampleRow, OTHER_ID } from "./_examples.ts";
import { eachDialect } from "../support/mod.ts";

const INTERVAL_MS = 30_000;
/** When the first poll comes, as a part of that. */
const PHASE = 0.25;
const GRACE = { grace: true };

/** A poll loop, with the batches that it announces. */
function pollLoop(bench: Bench, options: Partial<PollLoopOptions> = {}) {
  const { deliveries, unwoken } = bench.deliveries();
  const loop = new PollLoop({
    ...bench.common,
    intervalMs: INTERVAL_MS,
    phase: PHASE,
    deliveries,
    ...options,
  });
  return { loop, announced: unwoken };
}

function consumedIds({ resultsFile }: Bench): unknown[] {
  return consumeResults(resultsFile).records.map(({ delegation_id }) => delegation_id);
}

eachDialect.test("PollLoop.poll() writes a completed delegation of ours to the results file (contract 7 #11)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  const id = bench.workspace.delegate({ to: OTHER_ID });
  bench.workspace.finish(id, "All done.");
  const before = Date.now() / 1000;
  await loop.poll(never, GRACE);
  const [record, ...more] = consumeResults(bench.resultsFile).records;
  const { timestamp, ...rest } = record ?? {};
  assertEquals(rest, {
    delegation_id: id,
    target_id: OTHER_ID,
    source_id: bench.workspace.id,
    status: "completed",
    summary: "Delegation completed (All done.)",
    response_preview: "All done.",
    error: "",
  });
  assert(typeof timestamp === "number" && timestamp >= before && timestamp <= Date.now() / 1000);
  assertEquals([more, announced], [[], [[id]]]);
});

eachDialect.test("PollLoop.poll() delivers a result once, however often it is listed (contract 7 #12)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finish(bench.workspace.delegate({ id: "d1" }), "done");
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals([consumedIds(bench), announced], [["d1"], [["d1"]]]);
});

eachDialect.test("PollLoop.poll() delivers the oldest result first", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  for (const id of ["d1", "d2", "d3"]) bench.workspace.delegate({ id });
  for (const id of ["d2", "d3", "d1"]) bench.workspace.finish(id, "done");
  await loop.poll(never, GRACE);
  assertEquals([consumedIds(bench), announced], [["d2", "d3", "d1"], [["d2", "d3", "d1"]]]);
});

eachDialect.test("PollLoop.poll() delivers a failure, and a completion after a retry", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.fail(bench.workspace.delegate({ id: "d1" }), "peer is out of money");
  await loop.poll(never, GRACE);
  const [record] = consumeResults(bench.resultsFile).records;
  assertEquals([record?.["status"], record?.["error"]], ["failed", "peer is out of money"]);
  bench.workspace.finish("d1", "done after all");
  await loop.poll(never, GRACE);
  assertEquals([consumedIds(bench), announced], [["d1"], [["d1"], ["d1"]]]);
});

eachDialect.test("PollLoop.poll() does not deliver anew what is listed while thousands of others come and go (D6)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  const row = (delegation_id: string) =>
    exampleRow({ delegation_id, source_id: bench.workspace.id, created_at: undefined });
  for (let batch = 0; batch < 45; batch++) {
    const others = Array.from({ length: 49 }, (_, index) => row(`b${batch}-${index}`));
    bench.workspace.injectRows([...others, row("d1")], { replace: true });
    await loop.poll(never, GRACE);
  }
  assertEquals(announced.flat().length, 1 + 45 * 49);
});

eachDialect.test("PollLoop.poll() delivers the neighbours of malformed rows, and warns once (D9)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  const row = (delegation_id: string) =>
    exampleRow({ delegation_id, source_id: bench.workspace.id });
  bench.workspace.injectRows([row("d2"), null, 7, { delegation_id: [] }, row("d1")]);
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals(consumedIds(bench), ["d1", "d2"]);
  bench.workspace.injectRows([null], { replace: true });
  await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN"), [
    "Skipped 3 malformed rows of the platform's delegations",
  ]);
  bench.workspace.injectRows([null]);
  await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN").length, 2);
});

eachDialect.test("PollLoop.poll() announces a result whose texts are null or numbers (D10)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  const odd = { summary: null, response_preview: 5, error: null, target_id: null, created_at: 7 };
  bench.workspace.injectRows([exampleRow({ ...odd, source_id: bench.workspace.id })]);
  await loop.poll(never, GRACE);
  assertEquals(announced, [["d1"]]);
  assertStringIncludes(consumeResults(bench.resultsFile).text, "Response: 5");
});

eachDialect.test("PollLoop.poll() delivers ours after a foreign row with its id, which is warned of once (D14)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  bench.workspace.injectRows([exampleRow({ source_id: OTHER_ID, summary: "evil\nwords" })]);
  await loop.poll(never, GRACE);
  bench.workspace.injectRows([exampleRow({ source_id: bench.workspace.id })]);
  for (let polls = 0; polls < 2; polls++) await loop.poll(never, GRACE);
  assertEquals(consumedIds(bench), ["d1"]);
  assertEquals(bench.lines("WARN"), [
    `Delegation 'd1' was refused: it was sent by '${OTHER_ID}', not by this workspace: somebody ` +
    "may be trying to slip in a result",
  ]);
});

eachDialect.test("PollLoop.poll() is silent about received rows (D14)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.injectRows([exampleRow({ source_id: OTHER_ID, direction: "received" })]);
  await loop.poll(never, GRACE);
  assertEquals([bench.lines("WARN"), announced], [[], []]);
});

eachDialect.test("PollLoop.poll() gives a completed row without a reply one poll of grace (D25)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  await loop.poll(never, GRACE);
  assertEquals(announced, []);
  await loop.poll(never, GRACE);
  assertEquals(announced, [["d1"]]);
  await loop.poll(never, GRACE);
  assertEquals([consumedIds(bench), announced], [["d1"], [["d1"]]]);
});

eachDialect.test("PollLoop.poll() delivers the reply that arrives during the grace (D25)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1", to: OTHER_ID }));
  await loop.poll(never, GRACE);
  bench.workspace.finishResult("d1", "the reply");
  await loop.poll(never, GRACE);
  const [record, ...more] = consumeResults(bench.resultsFile).records;
  assertEquals([record?.["response_preview"], record?.["target_id"]], ["the reply", OTHER_ID]);
  assertEquals(more, []);
});

eachDialect.test("PollLoop.poll() lets nothing else wait for a result in its grace (D25)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  bench.workspace.finish(bench.workspace.delegate({ id: "d2" }), "done");
  await loop.poll(never, GRACE);
  await loop.poll(never, GRACE);
  assertEquals(announced, [["d2"], ["d1"]]);
});

eachDialect.test("PollLoop.poll() delivers a completed row without a reply at once without grace", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  await loop.poll(never, { grace: false });
  assertEquals(announced, [["d1"]]);
});

eachDialect.test("PollLoop.poll() does not count a failed poll as the grace (D25)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  await loop.poll(never, GRACE);
  bench.platform.fault("delegations", { kind: "answer", status: 500 }, { times: 1 });
  await loop.poll(never, GRACE);
  assertEquals(announced, []);
});

eachDialect.test("PollLoop.poll() says once that something else than a list came, and when one comes again", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.finish(bench.workspace.delegate({ id: "d1" }), "done");
  for (const body of [{ error: "query failed" }, "text", ""]) {
    bench.platform.fault("delegations", { kind: "answer", status: 200, body }, { times: 1 });
    assertEquals((await loop.poll(never, GRACE)).failedToWrite, false);
  }
  await loop.poll(never, GRACE);
  assertEquals(announced, [["d1"]]);
  assertEquals(bench.lines("WARN"), [
    "Results cannot be asked for: answered with something else than a list; beats go on, and the " +
    "next poll tries again",
  ]);
  assertStringIncludes(bench.lines("INFO").join(), "Polling for results recovered after 0.0 s");
});

eachDialect.test("PollLoop.poll() tells of a platform that is not there at the second time only", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  bench.platform.fault("delegations", { kind: "reset" });
  await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN"), []);
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN").length, 1);
  assertMatch(bench.lines("WARN").join(), /^Results cannot be asked for: /);
});

eachDialect.test("PollLoop.poll() never tells of single polls that time out", async (dialect) => {
  await using bench = await startBench({ dialect });
  let { sender } = bench.common;
  const { loop } = pollLoop(bench, { sender: { send: (...args) => sender.send(...args) } });
  for (let times = 0; times < 2; times++) {
    sender = impatient(bench.common.sender);
    bench.platform.fault("delegations", { kind: "hang" }, { times: 1 });
    assertEquals((await loop.poll(never, GRACE)).outcome.kind, "timed_out");
    sender = bench.common.sender;
    assertEquals((await loop.poll(never, GRACE)).outcome.kind, "ok");
  }
  assertEquals(bench.lines("WARN"), []);
});

eachDialect.test("PollLoop.poll() says what to do when the token is refused", async (dialect) => {
  await using bench = await startBench({ dialect, token: null });
  const { loop } = pollLoop(bench);
  for (let polls = 0; polls < 2; polls++) await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN").length, 1);
  assertStringIncludes(bench.lines("WARN").join(), "put it into the token file");
});

eachDialect.test("PollLoop.run() polls at its place in the first interval, then every interval", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const { loop } = pollLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  assertEquals(await clock.sleeping(), [PHASE * INTERVAL_MS]);
  assertEquals(bench.platform.requests.length, 0);
  for (const wait of [PHASE * INTERVAL_MS, INTERVAL_MS, INTERVAL_MS]) {
    assertEquals(await clock.sleeping(), [wait]);
    clock.advance(wait);
    await bench.platform.waitFor(() => true, { from: bench.platform.requests.length });
  }
});

eachDialect.test("PollLoop.run() does not poll while contact is lost, and does at its next place when it is back", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock, contact } = bench.common;
  const { loop } = pollLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  await clock.sleeping();
  contact.record(false);
  clock.advance(10 * INTERVAL_MS);
  await bench.roundTrip();
  contact.record(true);
  assertEquals(await clock.sleeping(), [PHASE * INTERVAL_MS]);
  assertEquals(bench.platform.requestsTo("delegations"), []);
  clock.advance(PHASE * INTERVAL_MS);
  await bench.platform.waitFor(({ route }) => route === "delegations");
});

eachDialect.test("PollLoop.run() polls as soon as contact is back when it was lost at its last two places", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock, contact } = bench.common;
  const { loop } = pollLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  for (const wait of [PHASE * INTERVAL_MS, INTERVAL_MS, INTERVAL_MS]) {
    assertEquals(await clock.sleeping(), [wait]);
    assertEquals(bench.platform.requestsTo("delegations"), []);
    contact.record(false);
    clock.advance(wait);
    await bench.roundTrip();
    contact.record(true);
  }
  await bench.platform.waitFor(({ route }) => route === "delegations");
});

for (const [retryAfter, last] of [["40", 41_500], ["1", 16_500]] as const) {
  eachDialect.test(`PollLoop.run() waits for no place when Retry-After says ${retryAfter} for the third time`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { clock } = bench.common;
    bench.platform.fault("delegations", {
      kind: "answer",
      status: 429,
      headers: { "Retry-After": retryAfter },
    });
    const { loop } = pollLoop(bench);
    await using _run = running((signal) => loop.run(signal));
    const next = retryAfter === "1" ? INTERVAL_MS : 2 * INTERVAL_MS;
    for (const wait of [PHASE * INTERVAL_MS, next, next, last]) {
      assertEquals(await clock.sleeping(), [wait]);
      clock.advance(wait);
    }
  });
}

eachDialect.test("PollLoop.run() waits for its first place after what Retry-After says, up to a minute", async (dialect) => {
  const table: [header: string, waits: number][] = [["25", 30_000], ["45", 60_000], [
    "3600",
    90_000,
  ]];
  for (const [retryAfter, waits] of table) {
    await using bench = await startBench({ dialect });
    const { clock } = bench.common;
    bench.platform.fault("delegations", {
      kind: "answer",
      status: 429,
      headers: { "Retry-After": retryAfter },
    });
    const { loop } = pollLoop(bench);
    await using _run = running((signal) => loop.run(signal));
    await clock.sleeping();
    clock.advance(PHASE * INTERVAL_MS);
    assertEquals(await clock.sleeping(), [waits], retryAfter);
  }
});

for (const [random, place] of [[0, 0.6], [0.499, 1.099], [0.5, 0.1]] as const) {
  Deno.test(`PollLoop.run() polls first after ${place} intervals when the random number is ${random}`, async () => {
    await using bench = await startBench();
    const { deliveries } = bench.deliveries();
    const options = { intervalMs: INTERVAL_MS, deliveries, random: () => random };
    const loop = new PollLoop({ ...bench.common, ...options });
    await using _run = running((signal) => loop.run(signal));
    const [wait = NaN] = await bench.common.clock.sleeping();
    assertAlmostEquals(wait, place * INTERVAL_MS, 1e-6);
  });
}
