import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { WakeFile } from "../../lib/delegations/mod.ts";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { type DialectTestOptions, eachDialect, patient } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, never, running, startBench } from "./_bench.ts";
import { COOLDOWN_MS, deliver, messageOf, wake, wakeLoop } from "./_wakes.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** A loop with a wake file, and what it writes down as woken for, by id. */
function touchingLoop(bench: Bench, path = `${bench.resultsFile}.wake`) {
  const woken: string[][] = [];
  const first = Promise.withResolvers<void>();
  const loop = wakeLoop(bench, {
    wakeFile: new WakeFile({ path, mode: 0o600 }),
    onWoken(results) {
      woken.push(results.map(({ delegationId }) => delegationId));
      first.resolve();
      return Promise.resolve();
    },
  });
  return { loop, path, woken, first: () => patient(first.promise) };
}

/** Such a loop under way, with a result for "d1", and a folder in the wake file's place. */
async function startObstructed(bench: Bench) {
  const made = touchingLoop(bench);
  const { loop, path } = made;
  await Deno.mkdir(path);
  const run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  return { ...made, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

/** Everything that a test needs but a wake file elsewhere. */
const NO_GRANT: DialectTestOptions = {
  permissions: { net: ["127.0.0.1"], read: true, write: [Deno.env.get("TMPDIR") ?? "/tmp"] },
};
const POLLS = { deliveryMode: "poll" } as const;

eachDialect.test("WakeLoop.run() touches the wake file when the workspace polls for its messages (D28)", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { loop, path, woken, first } = touchingLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await first();
  assert((await Deno.stat(path)).isFile);
  assertEquals(woken, [["d1"]]);
  assertEquals(bench.lines("WARN"), []);
});

eachDialect.test("WakeLoop.run() leaves the wake file alone when the platform wakes the agent", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, path, first } = touchingLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await first();
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

eachDialect.test("WakeLoop.run() advises, once, to name a wake file when the workspace polls for its messages (D28)", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { clock } = bench.common;
  const woken: number[] = [];
  const loop = wakeLoop(bench, {
    onWoken: (results) => Promise.resolve(void woken.push(results.length)),
  });
  await using _run = running((signal) => loop.run(signal));
  for (const [id, count] of [["d1", 1], ["d2", 2]] as const) {
    await deliver(bench, loop, id);
    await wake(bench, count);
    clock.advance(COOLDOWN_MS);
  }
  await deliver(bench, loop, "d3");
  await wake(bench, 3);
  assertEquals(bench.lines("WARN").length, 1);
  assertStringIncludes(bench.lines("WARN").join(), "--wake-file names a file to touch for it");
  assertEquals(woken.slice(0, 2), [1, 1]);
});

eachDialect.test("WakeLoop.run() sends no other wake while the wake file cannot be touched", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { clock } = bench.common;
  await using obstructed = await startObstructed(bench);
  const { path, first } = obstructed;
  for (const wait of [750, 1500, 3000]) {
    assertEquals(await clock.sleeping(), [wait]);
    if (wait === 3000) await Deno.remove(path);
    clock.advance(wait);
  }
  await first();
  assert((await Deno.stat(path)).isFile);
  assertEquals(bench.platform.requestsTo("a2a").length, 1);
});

eachDialect.test("WakeLoop.run() wakes for all of them, together, when more results come while the wake file cannot be touched", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { clock } = bench.common;
  await using obstructed = await startObstructed(bench);
  const { loop, path, woken, first } = obstructed;
  const [wait = 0] = await clock.sleeping();
  await deliver(bench, loop, "d2");
  clock.advance(wait);
  assertEquals(await clock.sleeping(), [COOLDOWN_MS - wait]);
  await Deno.remove(path);
  clock.advance(COOLDOWN_MS - wait);
  const { text } = messageOf(await wake(bench, 2));
  for (const id of ["d1", "d2"]) assertStringIncludes(text, `- ${id}: completed`);
  await first();
  assertEquals(woken.map((ids) => ids.toSorted()), [["d1", "d2"]]);
});

eachDialect.test("WakeLoop.run() writes nothing down when it is stopped while the wake file cannot be touched", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const obstructed = await startObstructed(bench);
  {
    await using _run = obstructed;
    await bench.common.clock.sleeping();
  }
  assertEquals(obstructed.woken, []);
});

eachDialect.test("WakeLoop.run() writes down what the agent has found by itself while the wake file could not be touched", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { clock } = bench.common;
  await using obstructed = await startObstructed(bench);
  const { woken, first } = obstructed;
  const [wait = 0] = await clock.sleeping();
  consumeResults(bench.resultsFile);
  clock.advance(wait);
  await first();
  assertEquals(woken, [["d1"]]);
});

eachDialect.test("WakeLoop.once() tries to touch the wake file once, and gives false when it could not", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { loop, path, woken } = touchingLoop(bench);
  await Deno.mkdir(path);
  await deliver(bench, loop, "d1");
  assertEquals(await patient(loop.once(never)), false);
  assertEquals([bench.lines("WARN").length, woken], [1, []]);
});

eachDialect.test("WakeLoop.once() gives true when it has touched the wake file", async (dialect) => {
  await using bench = await startBench({ dialect, ...POLLS });
  const { loop, woken } = touchingLoop(bench);
  await deliver(bench, loop, "d1");
  assertEquals([await loop.once(never), woken], [true, [["d1"]]]);
});

eachDialect.test(
  "WakeLoop.once() gives false, and writes nothing down, when the manifest does not grant the wake file",
  async (dialect) => {
    await using bench = await startBench({ dialect, ...POLLS });
    const { loop, woken } = touchingLoop(bench, "/not/granted.wake");
    await deliver(bench, loop, "d1");
    assertEquals([await loop.once(never), woken], [false, []]);
    assertStringIncludes(bench.lines("WARN").join(), ": rebuild, or run with its grant");
  },
  NO_GRANT,
);

eachDialect.test(
  "WakeLoop.run() writes nothing down, and goes on, when the manifest does not grant the wake file",
  async (dialect) => {
    await using bench = await startBench({ dialect, ...POLLS });
    const { clock } = bench.common;
    const { loop, woken } = touchingLoop(bench, "/not/granted.wake");
    await using _run = running((signal) => loop.run(signal));
    await deliver(bench, loop, "d1");
    await wake(bench, 1);
    await deliver(bench, loop, "d2");
    assertEquals(await clock.sleeping(), [COOLDOWN_MS]);
    clock.advance(COOLDOWN_MS);
    await wake(bench, 2);
    assertEquals(woken, []);
  },
  NO_GRANT,
);

/** What a platform answers for a workspace that polls for its messages. */
const LEFT_WAITING: Fault = {
  kind: "answer",
  status: 200,
  body: { status: "queued", delivery_mode: "poll", method: "message/send" },
};
const UNAVAILABLE: Fault = { kind: "answer", status: 503, body: { error: "no" } };

eachDialect.test("WakeLoop.once() says that waking has recovered when the wake is left waiting for the agent", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = touchingLoop(bench);
  bench.platform.fault("a2a", UNAVAILABLE, { times: 1 });
  bench.platform.fault("a2a", LEFT_WAITING, { times: 1 });
  await deliver(bench, loop, "d1");
  await loop.once(never);
  await deliver(bench, loop, "d2");
  await loop.once(never);
  assertStringIncludes(
    bench.lines("INFO").join("\n"),
    "Waking the agent recovered after 0.0 s and 1 failed attempt",
  );
});

eachDialect.test("WakeLoop.once() warns again of a wake file that cannot be touched when the platform has woken the agent in between", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, path } = touchingLoop(bench);
  await Deno.mkdir(path);
  for (const id of ["d1", "d2", "d3"]) {
    if (id !== "d2") bench.platform.fault("a2a", LEFT_WAITING, { times: 1 });
    await deliver(bench, loop, id);
    await loop.once(never);
  }
  assertEquals(bench.lines("WARN").length, 2);
  assertEquals(bench.lines("INFO").filter((line) => line.includes("recovered")), []);
});

eachDialect.test("WakeLoop.once() tells of no recovery a week after the agent has found the results by itself", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const loop = wakeLoop(bench);
  bench.platform.fault("a2a", UNAVAILABLE, { times: 1 });
  await deliver(bench, loop, "d1");
  await loop.once(never);
  consumeResults(bench.resultsFile);
  loop.add([{ delegationId: "d2", status: "completed" }]);
  assertEquals(await loop.once(never), true);
  clock.advance(WEEK_MS);
  await deliver(bench, loop, "d3");
  await loop.once(never);
  assertEquals(bench.lines("INFO").filter((line) => line.includes("recovered")), []);
});

eachDialect.test("WakeLoop.once() warns again of trouble that comes after the agent has found the results by itself", async (dialect) => {
  await using bench = await startBench({ dialect });
  const loop = wakeLoop(bench);
  bench.platform.fault("a2a", UNAVAILABLE);
  await deliver(bench, loop, "d1");
  await loop.once(never);
  consumeResults(bench.resultsFile);
  loop.add([{ delegationId: "d2", status: "completed" }]);
  await loop.once(never);
  await deliver(bench, loop, "d3");
  await loop.once(never);
  assertEquals(bench.lines("WARN").length, 2);
});
