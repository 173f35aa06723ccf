import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stub } from "@std/testing/mock";
import { PollLoop, type PollLoopOptions } from "../../lib/delegations/poll_loop.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { eachDialect } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { activityPoll, asked, bothPolls } from "./_activity.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { results } from "./_deliveries.ts";
import { exampleRow, OTHER_ID } from "./_examples.ts";
import { makeVitals } from "../vitals/_vitals.ts";

const MINUTE_MS = 60_000;
const BELIEVED_MS = 10 * MINUTE_MS;

/** A poll loop, and what its polls find: a listing that is read, one that is known, or none. */
function pollLoop(bench: Bench, options: Partial<PollLoopOptions> = {}) {
  const made = bench.deliveries();
  const { deliveries } = made;
  const loop = new PollLoop({ ...bench.common, intervalMs: 30_000, deliveries, ...options });
  return { ...made, loop, poll: () => found(loop) };
}

async function found(loop: PollLoop): Promise<"read" | "known" | "failed"> {
  const { outcome } = await loop.poll(never, { grace: true });
  if (outcome.kind !== "ok") return "failed";
  return outcome.isUnchanged === true ? "known" : "read";
}

async function several(times: number, poll: () => Promise<string>): Promise<string[]> {
  const found: string[] = [];
  for (let polls = 0; polls < times; polls++) found.push(await poll());
  return found;
}

function consumedIds({ resultsFile }: Bench): unknown[] {
  return consumeResults(resultsFile).records.map(({ delegation_id }) => delegation_id);
}

/** Lists these rows of the workspace, and nothing else. */
function show({ workspace }: Bench, ...rows: Record<string, unknown>[]): void {
  const own = rows.map((row) =>
    exampleRow({ source_id: workspace.id, created_at: undefined, ...row })
  );
  workspace.injectRows(own, { replace: true });
}

eachDialect.test("PollLoop.poll() reads a listing once when nothing is left to do about it", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d2", status: "failed" }, { delegation_id: "d1" }, {
    delegation_id: "d0",
    status: "dispatched",
  });
  assertEquals(await several(3, poll), ["read", "known", "known"]);
  assertEquals(consumedIds(bench), ["d1", "d2"]);
});

eachDialect.test("PollLoop.poll() delivers what is new in a listing that was known", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(2, poll);
  show(bench, { delegation_id: "d2" });
  assertEquals([await several(2, poll), consumedIds(bench)], [["read", "known"], ["d1", "d2"]]);
});

eachDialect.test("PollLoop.poll() asks a platform that can tell for a listing only when it is another one", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(3, poll);
  show(bench, { delegation_id: "d2" });
  await several(2, poll);
  assertEquals(bench.platform.requests.map(({ status }) => status), [200, 304, 304, 200, 304]);
  assertEquals(consumedIds(bench), ["d1", "d2"]);
});

eachDialect.test("PollLoop.poll() reads a listing until a result without a reply has had its grace (D25)", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll, unwoken } = pollLoop(bench);
  show(bench, { response_preview: undefined });
  assertEquals([await poll(), unwoken], ["read", []]);
  assertEquals([await several(2, poll), unwoken], [["read", "known"], [["d1"]]]);
});

eachDialect.test("PollLoop.poll() delivers a result whose grace ends with a listing that was known before", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = pollLoop(bench);
  show(bench, { delegation_id: "d0" });
  await several(2, poll);
  show(bench, { delegation_id: "d0" }, { response_preview: undefined });
  await poll();
  show(bench, { delegation_id: "d0" });
  assertEquals([await several(2, poll), unwoken], [["read", "known"], [["d0"], ["d1"]]]);
});

eachDialect.test("PollLoop.poll() reads a listing until its results can be written", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await Deno.symlink(`${bench.dir.path}/target`, bench.resultsFile);
  assertEquals(await several(2, poll), ["read", "read"]);
  await Deno.remove(bench.resultsFile);
  assertEquals([await several(2, poll), consumedIds(bench)], [["read", "known"], ["d1"]]);
});

eachDialect.test("PollLoop.poll() delivers what still waits when the listing is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, loop, poll } = pollLoop(bench);
  show(bench, { delegation_id: "d0" });
  await poll();
  consumedIds(bench);
  await Deno.symlink(`${bench.dir.path}/target`, bench.resultsFile);
  await deliveries.deliver(results("d1"));
  await poll();
  const { failedToWrite, outcome } = await loop.poll(never, { grace: true });
  assertEquals([failedToWrite, outcome.isUnchanged], [true, true]);
  await Deno.remove(bench.resultsFile);
  assertEquals([await poll(), consumedIds(bench)], ["known", ["d1"]]);
});

eachDialect.test("PollLoop.poll() warns of a delegation that was queued for half an hour though its listing is the same (D26)", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  assertEquals(await several(2, poll), ["read", "known"]);
  const now = Date.now();
  show(bench, { status: "queued", created_at: new Date(now - 29 * MINUTE_MS).toISOString() });
  assertEquals(await several(2, poll), ["read", "read"]);
  assertEquals(bench.lines("WARN"), []);
  using _time = stub(Date, "now", () => now + MINUTE_MS);
  assertEquals(await several(2, poll), ["read", "known"]);
  assertStringIncludes(bench.lines("WARN").join(), "has been queued for 30 min");
});

eachDialect.test("PollLoop.poll() does not read a listing again for a first row that says queued for ever", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  const created_at = new Date().toISOString();
  const queued = { delegation_id: "d1", status: "queued", created_at };
  show(bench, { delegation_id: "d1" }, queued);
  assertEquals(await several(2, poll), ["read", "known"]);
  show(bench, queued);
  assertEquals(await several(2, poll), ["read", "known"]);
});

eachDialect.test("PollLoop.poll() says once what is odd about rows, and does not read them for that again", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  bench.workspace.injectRows([null, exampleRow({ source_id: OTHER_ID })]);
  assertEquals(await several(2, poll), ["read", "known"]);
  assertEquals(bench.lines("WARN").length, 2);
});

eachDialect.test("PollLoop.poll() reads a listing again when somebody else may have written the journal", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(2, poll);
  await Deno.remove(resultsFiles(bench.resultsFile).lock);
  using other = bench.deliveries();
  await other.deliveries.open();
  other.deliveries.close();
  // The first poll finds out that the journal has to be opened again.
  assertEquals(await several(3, poll), ["known", "read", "known"]);
});

eachDialect.test("PollLoop.poll() delivers again what a journal that was lost with its process knew", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const first = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(2, first.poll);
  assertEquals(consumedIds(bench), ["d1"]);
  first.deliveries.close();
  await Deno.remove(resultsFiles(bench.resultsFile).journal);
  assertEquals([await pollLoop(bench).poll(), consumedIds(bench)], ["read", ["d1"]]);
});

eachDialect.test("PollLoop.poll() delivers nothing twice when the journal is tidied away behind a listing that is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, unwoken } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(2, poll);
  await Deno.remove(resultsFiles(bench.resultsFile).journal);
  await several(2, poll);
  assertEquals(unwoken, [["d1"]]);
});

eachDialect.test("PollLoop.poll() lets the journal forget by a listing that is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { deliveries, poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await several(2, poll);
  const ids = Array.from({ length: 2050 }, (_, index) => `x${index}`);
  await deliveries.deliver(results(...ids));
  assertEquals(await several(2, poll), ["read", "known"]);
  assertEquals([
    deliveries.journal.state.size,
    deliveries.has({ delegationId: "d1", status: "completed" }),
  ], [
    2000,
    true,
  ]);
});

eachDialect.test("PollLoop.poll() knows a listing again after polls that failed", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await poll();
  bench.platform.fault("delegations", { kind: "answer", status: 500 }, { times: 1 });
  assertEquals(await several(2, poll), ["failed", "known"]);
  assertStringIncludes(bench.lines("INFO").join(), "Polling for results recovered");
});

eachDialect.test("PollLoop.poll() does not take for known what is no listing", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await poll();
  const body = { error: "query failed" };
  bench.platform.fault("delegations", { kind: "answer", status: 200, body }, { times: 2 });
  await several(2, poll);
  assertEquals(bench.lines("INFO").filter((line) => line.includes("recovered")), []);
  assertEquals(await poll(), "known");
  assertStringIncludes(bench.lines("INFO").join(), "recovered after 0.0 s and 2 failed attempts");
});

eachDialect.test("PollLoop.poll() asks for the whole listing again after ten minutes of 'the same'", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  const { clock } = bench.common;
  await several(2, poll);
  clock.advance(BELIEVED_MS - 1);
  await poll();
  clock.advance(1);
  assertEquals(await several(2, poll), ["known", "known"]);
  assertEquals(bench.platform.requests.map(({ status }) => status), [200, 304, 304, 200, 304]);
});

/** Says "the same" to whoever asks whether it is, whatever is listed. */
function lieAbout({ platform }: Bench, rows: unknown[], etag: string): void {
  platform.fault("delegations", {
    kind: "handle",
    handler: ({ headers }) =>
      headers.has("if-none-match")
        ? new Response(null, { status: 304 })
        : Response.json(rows, { headers: { etag } }),
  });
}

eachDialect.test("PollLoop.poll() delivers after ten minutes what a platform hides that always says 'the same'", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  const row = exampleRow({ source_id: bench.workspace.id });
  lieAbout(bench, [], '"1"');
  await poll();
  lieAbout(bench, [row], '"2"');
  assertEquals([await poll(), consumedIds(bench)], ["known", []]);
  bench.common.clock.advance(BELIEVED_MS);
  assertEquals([await several(2, poll), consumedIds(bench)], [["read", "known"], ["d1"]]);
  assertEquals(bench.platform.requests.at(-1)?.headers.get("if-none-match"), '"2"');
});

eachDialect.test("PollLoop.poll() never asks again whether it is the same when two listings had the same name", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll } = pollLoop(bench);
  const row = (delegation_id: string) =>
    exampleRow({ delegation_id, source_id: bench.workspace.id });
  lieAbout(bench, [], '"always"');
  await poll();
  lieAbout(bench, [row("d1")], '"always"');
  bench.common.clock.advance(BELIEVED_MS);
  await poll();
  lieAbout(bench, [row("d2"), row("d1")], '"always"');
  assertEquals([await several(2, poll), consumedIds(bench)], [["read", "known"], ["d1", "d2"]]);
});

eachDialect.test("PollLoop.poll() does not mistrust a platform whose listing has the same name again", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  for (let times = 0; times < 3; times++) {
    await poll();
    bench.common.clock.advance(BELIEVED_MS);
  }
  await several(2, poll);
  assertEquals(bench.platform.requests.map(({ status }) => status), [200, 200, 200, 200, 304]);
});

eachDialect.test("PollLoop.poll() counts a listing that is known as one that was got", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { vitals } = makeVitals();
  const { poll } = pollLoop(bench, { vitals });
  await several(2, poll);
  const { failed, succeeded } = vitals.signs().polls;
  assertEquals([succeeded, failed], [2, 0]);
});

eachDialect.test("PollLoop.poll() reads messages also when the listing is known", async (dialect) => {
  await using bench = await startBench({ dialect });
  const loop = bothPolls(bench, await activityPoll(bench));
  await found(loop);
  const before = asked(bench).length;
  await found(loop);
  assertEquals(bench.platform.requestsTo("delegations").length, 2);
  assertEquals(asked(bench).length > before, true);
});

eachDialect.test("PollLoop.poll() asks for a listing again that it could not deal with", async (dialect) => {
  await using bench = await startBench({ dialect, offersEtags: true });
  const { poll } = pollLoop(bench);
  show(bench, { delegation_id: "d1" });
  await poll();
  show(bench, { delegation_id: "d2" }, { delegation_id: "d3", status: 7 });
  {
    using _log = stub(bench.common.log, "warn", () => {
      throw new Error("no room for a line");
    });
    await assertRejects(poll, Error, "no room for a line");
  }
  assertEquals([await poll(), consumedIds(bench)], ["read", ["d1", "d2"]]);
});
