import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { AgentBehaviour, Fault } from "../../scripts/dev_platform/mod.ts";
import { impatient, running, startBench } from "./_bench.ts";
import { COOLDOWN_MS, deliver, messageOf, startBusy, wake, wakeLoop, wakes } from "./_wakes.ts";
import { eachDialect } from "../support/mod.ts";

eachDialect.test("WakeLoop.run() repeats the very same wake to a busy agent, after 30 s at the least (D27, D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  await using busy = await startBusy(bench);
  const { first, loop } = busy;
  assertEquals(await clock.sleeping(), [30_000]);
  await deliver(bench, loop, "d2");
  clock.advance(29_999);
  await bench.roundTrip();
  assertEquals(wakes(bench), 1);
  bench.workspace.agent = { kind: "answers" };
  clock.advance(1);
  assertEquals((await wake(bench, 2)).text, first.text);
  await clock.sleeping();
  clock.advance(COOLDOWN_MS);
  const next = messageOf(await wake(bench, 3));
  assertNotEquals(next.messageId, messageOf(first).messageId);
  assertStringIncludes(next.text, "1 delegation that you sent has ended:\n- d2: completed");
});

eachDialect.test("WakeLoop.run() wakes a busy agent less and less often, and every 5 minutes at the least, so that a long turn does not use the hour up (D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  await using _busy = await startBusy(bench);
  const waits: number[] = [];
  for (let tries = 1; tries <= 7; tries++) {
    await wake(bench, tries);
    const [wait = 0] = await clock.sleeping();
    waits.push(wait / 1000);
    clock.advance(wait);
  }
  assertEquals(waits, [30, 60, 120, 240, 300, 300, 300]);
});

eachDialect.test("WakeLoop.run() asks a busy agent again after 30 s when it was not busy in between", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  await using _busy = await startBusy(bench);
  bench.platform.fault("a2a", { kind: "answer", status: 503, body: { error: "no" } }, { times: 1 });
  clock.advance((await clock.sleeping())[0] ?? 0);
  await wake(bench, 2);
  clock.advance((await clock.sleeping())[0] ?? 0);
  await wake(bench, 3);
  assertEquals(await clock.sleeping(), [30_000]);
});

const DELIVERED: [what: string, agent: AgentBehaviour][] = [
  ["busy with a queue (202)", { kind: "busy" }],
  ["done, but its answer was lost (502 delivery_confirmed)", {
    kind: "unconfirmed",
    delivered: true,
  }],
  ["ending its turn with an error", { kind: "error", message: "EVIL" }],
];
for (const [what, agent] of DELIVERED) {
  eachDialect.test(`WakeLoop.run() does not repeat a wake when the agent is ${what} (D28)`, async (dialect) => {
    await using bench = await startBench({ dialect });
    bench.workspace.agent = agent;
    const loop = wakeLoop(bench);
    await using _run = running((signal) => loop.run(signal));
    await deliver(bench, loop, "d1");
    await wake(bench, 1);
    await deliver(bench, loop, "d2");
    assertEquals(await bench.common.clock.sleeping(), [COOLDOWN_MS]);
  });
}

eachDialect.test("WakeLoop.run() does not repeat a wake whose turn outlasts the deadline (D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.workspace.agent = { kind: "blocks" };
  const loop = wakeLoop(bench, { sender: impatient(bench.common.sender) });
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await bench.platform.waitFor(({ route }) => route === "a2a", { whenReceived: true });
  await deliver(bench, loop, "d2");
  assertEquals(await bench.common.clock.sleeping(), [COOLDOWN_MS]);
  assertEquals(bench.lines("WARN"), []);
});

eachDialect.test("WakeLoop.run() backs off while the agent cannot be reached, with one warning (D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const loop = wakeLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  bench.workspace.agent = { kind: "unreachable" };
  await deliver(bench, loop, "d1");
  for (const [index, wait] of [750, 1500, 3000, 6000, 12_000, 22_500, 22_500].entries()) {
    await wake(bench, index + 1);
    assertEquals(await clock.sleeping(), [wait]);
    if (index === 3) bench.workspace.agent = { kind: "restarting" };
    clock.advance(wait);
  }
  await wake(bench, 8);
  bench.workspace.agent = { kind: "answers" };
  const [wait = 0] = await clock.sleeping();
  clock.advance(wait);
  await wake(bench, 9);
  const ids = bench.platform.requestsTo("a2a").map((request) => messageOf(request).messageId);
  assertEquals(new Set(ids).size, 1);
  await deliver(bench, loop, "d2");
  await clock.sleeping();
  assertEquals(bench.lines("WARN").length, 1);
  assertEquals(bench.lines("INFO"), [
    "Waking the agent recovered after 90.8 s and 8 failed attempts",
    "The agent was woken for 1 result",
  ]);
});

const REFUSED: [what: string, fault: Fault, waits: number][] = [
  ["waking up", answer(503, { waking: true, retry_after: 15 }), 15_000],
  ["rate limited", answer(429, { error: "rate limit exceeded", retry_after: 42 }), 42_000],
  ["refused for its token", answer(401, { error: "invalid caller auth token" }), 60_000],
  ["misrouted", { kind: "answer", status: 404 }, 300_000],
  ["over budget", answer(402, { error: "workspace budget limit exceeded" }), 3_600_000],
];
function answer(status: number, body: object): Fault {
  return { kind: "answer", status, body };
}
for (const [what, fault, waits] of REFUSED) {
  eachDialect.test(`WakeLoop.run() tries again after ${waits / 1000} s when the wake is ${what} (D28)`, async (dialect) => {
    await using bench = await startBench({ dialect });
    bench.platform.fault("a2a", fault);
    const loop = wakeLoop(bench);
    await using _run = running((signal) => loop.run(signal));
    await deliver(bench, loop, "d1");
    assertEquals(await bench.common.clock.sleeping(), [waits]);
    assertEquals(bench.lines("WARN").length, 1);
    bench.platform.clearFaults();
    bench.common.clock.advance(waits);
    await bench.platform.waitFor(({ route, status }) => route === "a2a" && status === 200);
  });
}

eachDialect.test("WakeLoop.run() warns again, once, when a person has to act in the middle of an outage (D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { clock } = bench.common;
  const refusal = answer(401, { error: "invalid caller auth token" });
  bench.platform.fault("a2a", answer(502, { error: "failed to reach" }), { times: 1 });
  bench.platform.fault("a2a", refusal, { times: 4 }); // each with its second try
  bench.platform.fault("a2a", answer(500, { error: "lookup failed" }));
  const loop = wakeLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  for (let tries = 0; tries < 3; tries++) {
    const [wait = 0] = await clock.sleeping();
    clock.advance(wait);
  }
  await clock.sleeping();
  const [first = "", second = "", ...more] = bench.lines("WARN");
  assertStringIncludes(first, "failed to reach");
  assertStringIncludes(second, "invalid caller auth token");
  assertEquals(more, []);
});

eachDialect.test("WakeLoop.run() abandons a wake that is refused for good, and sends the next (D28)", async (dialect) => {
  await using bench = await startBench({ dialect });
  bench.platform.fault("a2a", answer(404, { error: "workspace not found" }), { times: 1 });
  const loop = wakeLoop(bench);
  await using _run = running((signal) => loop.run(signal));
  await deliver(bench, loop, "d1");
  await wake(bench, 1);
  await deliver(bench, loop, "d2");
  assertEquals(await bench.common.clock.sleeping(), [COOLDOWN_MS]);
  assertEquals(bench.lines("ERROR"), [
    "The agent cannot be woken: the wake was refused: answered 404: workspace not found: the " +
    `results are in '${bench.resultsFile}' and stay there`,
  ]);
  bench.common.clock.advance(COOLDOWN_MS);
  assertEquals((await wake(bench, 2)).status, 200);
});
