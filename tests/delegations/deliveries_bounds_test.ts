import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Result, resultLine } from "../../lib/delegations/result.ts";
import { ManualClock } from "../support/mod.ts";
import { results, withResultsFile } from "./_deliveries.ts";
import { exampleResult } from "./_examples.ts";

/** So many results of 100 kB each. */
function largeResults(count: number): Result[] {
  return Array.from({ length: count }, (_, index) =>
    exampleResult({
      delegationId: `d${index}`,
      summary: "x".repeat(100_000),
      changedAt: undefined,
    }));
}

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

Deno.test("Deliveries.deliver() keeps 4 MiB of what cannot be written, the oldest first", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, lines } = start();
    const large = largeResults(50);
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
    const large = largeResults(25);
    assertEquals(await deliveries.deliver(large), true);
    assertEquals(unwoken.map((batch) => batch.length), [10, 10, 5]);
    assertEquals(consumed(), large.map(({ delegationId }) => delegationId));
  }));

Deno.test("Deliveries.deliver() makes room as it goes when there are more than it keeps", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, lines } = start();
    assertEquals(await deliveries.deliver(largeResults(100)), true);
    assertEquals(consumed().length, 100);
    assertEquals(lines("WARN"), []);
  }));

Deno.test("Deliveries.deliver() delivers a single result that is larger than all that it keeps", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries } = start();
    const [huge] = largeResults(1).map((result) => ({ ...result, error: "漢".repeat(800_000) }));
    assertEquals(await deliveries.deliver(huge === undefined ? [] : [huge]), true);
    assertEquals(consumed(), ["d0"]);
  }));

Deno.test("Deliveries.deliver() writes at once what comes after more than it keeps was delivered", () =>
  withResultsFile(async ({ start }) => {
    const { deliveries, unwoken } = start();
    await deliveries.deliver(largeResults(50));
    await deliveries.deliver(results("one", "two", "three"));
    assertEquals(unwoken.at(-1), ["one", "two", "three"]);
  }));
