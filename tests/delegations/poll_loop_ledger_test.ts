import { assertEquals, assertStringIncludes } from "@std/assert";
import { PollLoop } from "../../lib/delegations/poll_loop.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { OTHER_ID } from "./_examples.ts";
import { eachDialect } from "../support/mod.ts";

const GRACE = { grace: true };
const MINUTE_MS = 60_000;

function pollLoop(bench: Bench): { loop: PollLoop; announced: string[][]; restart(): PollLoop } {
  const start = () => {
    const made = bench.deliveries();
    const { deliveries } = made;
    const loop = new PollLoop({ ...bench.common, intervalMs: 30_000, deliveries });
    return { made, loop };
  };
  const { made, loop } = start();
  return {
    loop,
    announced: made.unwoken,
    restart() {
      made.deliveries.close();
      return start().loop;
    },
  };
}

function consumed({ resultsFile }: Bench): unknown[] {
  return consumeResults(resultsFile).records.map(({ delegation_id, status }) =>
    `${delegation_id} ${status}`
  );
}

eachDialect.test("PollLoop.poll() reports a stuck delegation once, and its end when it ends after all (D24)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench);
  bench.workspace.putLedgerRow({ delegationId: "d1", to: OTHER_ID, status: "stuck" });
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals(consumed(bench), ["d1 stuck"]);
  bench.workspace.putLedgerRow({
    delegationId: "d1",
    status: "completed",
    responsePreview: "done after all",
  });
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals([consumed(bench), announced], [["d1 completed"], [["d1"], ["d1"]]]);
});

eachDialect.test("PollLoop.poll() does not say stuck of a delegation whose end it has delivered", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  const row = {
    delegation_id: "d1",
    source_id: bench.workspace.id,
    status: "failed",
    direction: "sent",
  };
  bench.workspace.injectRows([row]);
  await loop.poll(never, GRACE);
  assertEquals(consumed(bench), ["d1 failed"]);
  bench.workspace.injectRows([{ ...row, status: "stuck" }], { replace: true });
  await loop.poll(never, GRACE);
  assertEquals(consumed(bench), []);
});

for (const status of ["failed", "error", "timeout", "cancelled", "rejected"] as const) {
  eachDialect.test(`PollLoop.poll() delivers a delegation of the ledger that ended with ${status} (D24)`, async (dialect) => {
    await using bench = await startBench({ dialect });
    const { loop } = pollLoop(bench);
    bench.workspace.putLedgerRow({ delegationId: "d1", to: OTHER_ID, status, error: "no" });
    await loop.poll(never, GRACE);
    assertEquals(consumed(bench), [`d1 ${status}`]);
  });
}

eachDialect.test("PollLoop.poll() warns once, also over a restart, of a delegation that is queued for more than half an hour (D26)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, restart } = pollLoop(bench);
  const now = Date.now();
  const put = (delegationId: string, minutes: number) =>
    bench.workspace.putLedgerRow({
      delegationId,
      to: OTHER_ID,
      status: "queued",
      createdAt: now - minutes * MINUTE_MS,
    });
  put("short", 29);
  put("long", 31);
  for (let polls = 0; polls < 3; polls++) await loop.poll(never, GRACE);
  assertEquals(bench.lines("WARN").length, 1);
  assertStringIncludes(bench.lines("WARN").join(), "Delegation 'long' has been queued for 31 min");
  await restart().poll(never, GRACE);
  assertEquals([bench.lines("WARN").length, consumed(bench)], [1, []]);
});

eachDialect.test("PollLoop.poll() does not warn of a queue that was drained, though its first row says queued for ever (D26)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  const row = (status: string) => ({
    delegation_id: "d1",
    source_id: bench.workspace.id,
    status,
    response_preview: "done",
    created_at: new Date(Date.now() - 45 * MINUTE_MS).toISOString(),
  });
  bench.workspace.injectRows([row("completed"), row("queued")]);
  await loop.poll(never, GRACE);
  bench.workspace.injectRows([row("queued")], { replace: true });
  await loop.poll(never, GRACE);
  assertEquals([bench.lines("WARN"), consumed(bench)], [[], ["d1 completed"]]);
});

eachDialect.test("PollLoop.poll() delivers a result without a reply that is no longer listed after its grace", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop } = pollLoop(bench);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  await loop.poll(never, GRACE);
  assertEquals(consumed(bench), []);
  bench.workspace.injectRows([], { replace: true });
  for (let polls = 0; polls < 2; polls++) await loop.poll(never, GRACE);
  assertEquals(consumed(bench), ["d1 completed"]);
});

eachDialect.test("PollLoop.poll() delivers a result whose grace a restart has cut short, though it is no longer listed", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, restart } = pollLoop(bench);
  await loop.poll(never, GRACE);
  bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
  await loop.poll(never, GRACE);
  bench.workspace.injectRows([], { replace: true });
  await restart().poll(never, GRACE);
  assertEquals(consumed(bench), ["d1 completed"]);
});
