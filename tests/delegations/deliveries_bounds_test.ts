import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Result, resultLine } from "../../lib/delegations/result.ts";
import { ManualClock } from "../support/mod.ts";
import { results, withResultsFile } from "./_deliveries.ts";
import { exampleResult } from "./_examples.ts";

const HOUR_MS = 3600 * 1000;

Deno.test("Deliveries.deliver() stops at the limit while nobody takes the results, and goes on when somebody has (D17)", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const line = resultLine(results("d1")[0] ?? exampleResult(), Date.now() / 1000).length;
    const { deliveries, lines, unwoken } = start({
      maxBytes: 3 * line + 10,
      clock: new ManualClock(),
    });
    const all = results("d1", "d2", "d3", "d4", "d5", "d6", "d7");
    assertEquals(await deliveries.deliver(all), false);
    assertEquals(await deliveries.deliver(all), false);
    assert((await Deno.stat(path)).size <= 3 * line + 10);
    assertEquals(lines("WARN").length, 1);
    assertStringIncludes(lines("WARN").join(), "Waiting to deliver 4 results: ");
    assertStringIncludes(
      lines("WARN").join(),
      `has reached its limit of ${3 * line + 10} bytes (--results-max-bytes), since nobody takes ` +
        "what is in it; delivery goes on as soon as the agent has taken them",
    );
    assertEquals(consumed(), ["d1", "d2", "d3"]);
    assertEquals(await deliveries.deliver([]), false);
    assertEquals(consumed(), ["d4", "d5", "d6"]);
    assertEquals(await deliveries.deliver([]), true);
    assertEquals(consumed(), ["d7"]);
    assertEquals(unwoken, [["d1", "d2", "d3"], ["d4", "d5", "d6"], ["d7"]]);
    assertEquals(
      lines("INFO").filter((text) => text.includes("Writing results recovered")).length,
      1,
    );
  }));

Deno.test("Deliveries.deliver() writes a result that is larger than the limit by itself", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries } = start({ maxBytes: 100 });
    assertEquals(await deliveries.deliver(results("d1", "d2")), false);
    assertEquals(consumed(), ["d1"]);
    assertEquals(await deliveries.deliver([]), true);
    assertEquals(consumed(), ["d2"]);
  }));

/** One result of now, one that is too old, and one that does not say. */
function agedResults(): Result[] {
  const now = Date.now();
  return [
    exampleResult({ delegationId: "old", changedAt: now - 25 * HOUR_MS }),
    exampleResult({ delegationId: "new", changedAt: now - 23 * HOUR_MS }),
    exampleResult({ delegationId: "unknown", changedAt: undefined }),
  ];
}

Deno.test("Deliveries.deliver() writes history at the very first start, but neither wakes for it nor tells of it (D19)", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken, unnotified } = start();
    await deliveries.deliver(agedResults());
    assertEquals(consumed(), ["old", "new", "unknown"]);
    assertEquals([unwoken, unnotified], [[["new", "unknown"]], [["new", "unknown"]]]);
    deliveries.close();
    const second = start();
    await second.deliveries.open();
    assertEquals(second.unwoken, [["new", "unknown"]]);
  }));

Deno.test("Deliveries.deliver() wakes for old results after the first start: they ended while it was down", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliver([]);
    first.deliveries.close();
    const second = start();
    await second.deliveries.deliver(agedResults());
    assertEquals(second.unwoken, [["old", "new", "unknown"]]);
  }));

Deno.test("Deliveries.deliver() still takes it for the first start when the first listing could not be written", () =>
  withResultsFile(async ({ path, start }) => {
    const first = start();
    await Deno.mkdir(path);
    await first.deliveries.deliver(agedResults());
    first.deliveries.close();
    await Deno.remove(path);
    const second = start();
    await second.deliveries.deliver(agedResults());
    assertEquals(second.unwoken, [["new", "unknown"]]);
  }));

Deno.test("Deliveries.deliver() keeps 4 MiB of what cannot be written, the oldest first", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, lines } = start();
    const large = Array.from({ length: 50 }, (_, index) =>
      exampleResult({
        delegationId: `d${index}`,
        summary: "x".repeat(100_000),
        changedAt: undefined,
      }));
    await Deno.mkdir(path);
    for (let polls = 0; polls < 2; polls++) {
      assertEquals(await deliveries.deliver(large), false);
    }
    assertEquals(lines("WARN").length, 2);
    assertStringIncludes(lines("WARN").join(), "No more results are kept in memory than these 41");
    await Deno.remove(path);
    assertEquals(await deliveries.deliver([]), true);
    assertEquals(consumed(), large.slice(0, 41).map(({ delegationId }) => delegationId));
    assertEquals(await deliveries.deliver(large), true);
    assertEquals(consumed(), large.slice(41).map(({ delegationId }) => delegationId));
  }));

Deno.test("Deliveries.deliver() writes at most 1 MiB at once", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken } = start();
    const large = Array.from({ length: 25 }, (_, index) =>
      exampleResult({
        delegationId: `d${index}`,
        summary: "x".repeat(100_000),
        changedAt: undefined,
      }));
    assertEquals(await deliveries.deliver(large), true);
    assertEquals(unwoken.map((batch) => batch.length), [10, 10, 5]);
    assertEquals(consumed(), large.map(({ delegationId }) => delegationId));
  }));
