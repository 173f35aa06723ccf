import { assertEquals } from "@std/assert";
import { NotifyLoop, Parent, PollLoop, WakeLoop } from "../../lib/delegations/mod.ts";
import { FileResults } from "../../lib/delegations/results_file.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { running, startBench } from "./_bench.ts";

const INTERVAL_MS = 30_000;

Deno.test("PollLoop.run() keeps polling and delivering while a wake and a note hang (D7)", async () => {
  await using bench = await startBench();
  const { clock } = bench.common;
  const output = new FileResults(bench.resultsFile);
  const done = () => Promise.resolve();
  const parent = new Parent(bench.common);
  const wakes = new WakeLoop({ ...bench.common, output, parent, onWoken: done });
  const notes = new NotifyLoop({ ...bench.common, mode: "all", onNotify: done });
  const { deliveries } = bench.deliveries(bench.resultsFile, {
    output,
    onUnwoken: (results) => wakes.add(results),
    onUnnotified: (results) => notes.add(results),
  });
  const polls = new PollLoop({
    ...bench.common,
    intervalMs: INTERVAL_MS,
    phase: 0.5,
    deliveries,
  });
  bench.workspace.agent = { kind: "blocks" };
  bench.platform.fault("notify", { kind: "hang" });
  await using _polls = running((signal) => polls.run(signal));
  await using _wakes = running((signal) => wakes.run(signal));
  await using _notes = running((signal) => notes.run(signal));
  for (const [index, wait] of [INTERVAL_MS / 2, INTERVAL_MS, INTERVAL_MS].entries()) {
    const id = bench.workspace.delegate({ id: `d${index}` });
    bench.workspace.finish(id, "done");
    assertEquals(await clock.sleeping(), [wait]);
    clock.advance(wait);
    if (index === 0) {
      for (const hanging of ["a2a", "notify"]) {
        await bench.platform.waitFor(({ route }) => route === hanging, { whenReceived: true });
      }
    }
  }
  await clock.sleeping();
  const { records } = consumeResults(bench.resultsFile);
  assertEquals(records.map(({ delegation_id }) => delegation_id), ["d0", "d1", "d2"]);
  const answered = bench.platform.requests.filter(({ status }) => status === 200);
  assertEquals(answered.filter(({ route }) => route === "delegations").length, 3);
  assertEquals(answered.filter(({ route }) => route === "a2a" || route === "notify"), []);
});
