import { assert, assertEquals } from "@std/assert";
import { resultsFiles } from "../../lib/permissions.ts";
import type { Result } from "../../lib/delegations/result.ts";
import { withResultsFile } from "./_deliveries.ts";
import { exampleResult } from "./_examples.ts";

const HOUR_MS = 3600 * 1000;

/** One result of now, one that is too old, and one that does not say. */
function agedResults(): Result[] {
  const now = Date.now();
  return [
    exampleResult({ delegationId: "old", changedAt: now - 25 * HOUR_MS }),
    exampleResult({ delegationId: "new", changedAt: now - 23 * HOUR_MS }),
    exampleResult({ delegationId: "unknown", changedAt: undefined }),
  ];
}

Deno.test("Deliveries.deliverListing() delivers, wakes for and tells of each result once", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken, unnotified } = start();
    const listing = agedResults().slice(1);
    for (let polls = 0; polls < 2; polls++) assert(await deliveries.deliverListing(listing));
    assertEquals(consumed(), ["new", "unknown"]);
    assertEquals([unwoken, unnotified], [[["new", "unknown"]], [["new", "unknown"]]]);
  }));

Deno.test("Deliveries.deliverListing() writes history at the very first start, but neither wakes for it nor tells of it (D19)", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken, unnotified } = start();
    await deliveries.deliverListing(agedResults());
    assertEquals(consumed(), ["old", "new", "unknown"]);
    assertEquals([unwoken, unnotified], [[["new", "unknown"]], [["new", "unknown"]]]);
  }));

Deno.test("Deliveries.open() does not wake for history either, after a restart (D19)", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliverListing(agedResults());
    first.deliveries.close();
    const second = start();
    await second.deliveries.open();
    assertEquals(second.unwoken, [["new", "unknown"]]);
  }));

Deno.test("Deliveries.deliverListing() wakes for old results after the first start: they ended while it was down", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliverListing([]);
    first.deliveries.close();
    const second = start();
    await second.deliveries.deliverListing(agedResults());
    assertEquals(second.unwoken, [["old", "new", "unknown"]]);
  }));

Deno.test("Deliveries.deliverListing() still takes it for the first start when the first listing could not be written", () =>
  withResultsFile(async ({ path, start }) => {
    const first = start();
    await Deno.mkdir(path);
    assertEquals(await first.deliveries.deliverListing(agedResults()), false);
    first.deliveries.close();
    await Deno.remove(path);
    const second = start();
    await second.deliveries.deliverListing(agedResults());
    assertEquals(second.unwoken, [["new", "unknown"]]);
  }));

Deno.test("Deliveries.deliver() does not end the very first start: only a listing shows all that is old", () =>
  withResultsFile(async ({ start }) => {
    const { deliveries, unwoken } = start();
    assert(await deliveries.deliver([exampleResult({ changedAt: undefined })]));
    assertEquals(deliveries.journal.state.hasStarted, false);
    await deliveries.deliverListing(agedResults());
    assertEquals(unwoken, [["d1"], ["new", "unknown"]]);
  }));

/** A message of a peer that came just now. */
function message(id: string): Result {
  return exampleResult({ delegationId: `message:${id}`, changedAt: Date.now() });
}

Deno.test("Deliveries.deliver() wakes for messages, and hands over for the user what is none (contract 8, #384)", () =>
  withResultsFile(async ({ start }) => {
    const { deliveries, unwoken, unnotified } = start();
    const outcome = exampleResult({ changedAt: undefined });
    await deliveries.deliver([message("a1"), outcome, message("a2")]);
    assertEquals(unwoken, [["message:a1", "d1", "message:a2"]]);
    assertEquals(unnotified, [["d1"]]);
  }));

Deno.test("Deliveries.deliver() neither wakes for nor tells of an old message at the very first start", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken, unnotified } = start();
    const changedAt = Date.now() - 25 * HOUR_MS;
    await deliveries.deliver([exampleResult({ delegationId: "message:a1", changedAt })]);
    assertEquals([consumed(), unwoken.flat(), unnotified.flat()], [["message:a1"], [], []]);
  }));

Deno.test("Deliveries.open() hands no message over for the user, whatever a former process has left (contract 8, #384)", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliver([message("a1")]);
    first.deliveries.close();
    const second = start();
    await second.deliveries.open();
    assertEquals([second.unwoken, second.unnotified], [[["message:a1"]], []]);
  }));

Deno.test("Deliveries.deliver() takes a message for told only when it is written", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, unnotified } = start();
    await deliveries.open();
    await Deno.mkdir(path);
    assertEquals(await deliveries.deliver([message("a1")]), false);
    const journal = await Deno.readTextFile(resultsFiles(path).journal);
    assertEquals([journal.includes("message:a1"), journal.includes("notified")], [true, false]);
    await Deno.remove(path);
    assert(await deliveries.deliver([]));
    assertEquals([consumed(), unnotified.flat()], [["message:a1"], []]);
  }));
