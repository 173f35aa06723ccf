import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { resultKey, resultLine } from "../../lib/delegations/result.ts";
import { headerLine, recordLine } from "../../lib/delegations/journal_line.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { makeDeliveries, results, withResultsFile } from "./_deliveries.ts";
import { exampleResult, OWN_ID } from "./_examples.ts";

Deno.test("Deliveries.deliver() delivers, wakes for and tells of each result once", () =>
  withResultsFile(async ({ start, consumed }) => {
    const { deliveries, unwoken, unnotified } = start();
    assert(await deliveries.deliver(results("d1", "d2")));
    assert(await deliveries.deliver(results("d1", "d2", "d3")));
    assertEquals(consumed(), ["d1", "d2", "d3"]);
    assertEquals([unwoken, unnotified], [[["d1", "d2"], ["d3"]], [["d1", "d2"], ["d3"]]]);
  }));

Deno.test("Deliveries.deliver() delivers nothing twice after a restart (D19)", () =>
  withResultsFile(async ({ start, consumed }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    first.deliveries.close();
    assertEquals(consumed(), ["d1"]);
    const second = start();
    assert(await second.deliveries.deliver(results("d1", "d2")));
    assertEquals(consumed(), ["d2"]);
  }));

Deno.test("Deliveries.open() asks to wake for what was written and not woken for before (D19)", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliver(results("d1", "d2", "d3"));
    await first.deliveries.journal.note([{ woken: ["completed d2"] }]);
    first.deliveries.close();
    const second = start();
    await second.deliveries.open();
    assertEquals(second.unwoken, [["d1", "d3"]]);
  }));

Deno.test("Deliveries.open() tells the user of nothing twice, and of what was not told before (D19)", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.deliver(results("d1", "d2"));
    await first.deliveries.journal.note([{ notified: ["completed d1"] }]);
    first.deliveries.close();
    const second = start();
    await second.deliveries.open();
    assertEquals(second.unnotified, [["d2"]]);
  }));

Deno.test("Deliveries.open() commits an intent that is found in the results file", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const first = start();
    await first.deliveries.deliver([]);
    const intent = results("d1");
    await first.deliveries.journal.append([{ intent }]);
    await Deno.writeTextFile(path, intent.map((result) => resultLine(result, 1)).join(""));
    first.deliveries.close();
    const second = start();
    assert(await second.deliveries.deliver(intent));
    assertEquals([consumed(), second.unwoken], [["d1"], [["d1"]]]);
  }));

Deno.test("Deliveries.open() commits what a killed process has left unpublished, before the agent can take it", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const first = start();
    await first.deliveries.deliver([]);
    const intent = results("d1");
    await first.deliveries.journal.append([{ intent }]);
    await Deno.writeTextFile(
      resultsFiles(path).next,
      intent.map((result) => resultLine(result, 1)).join(""),
    );
    first.deliveries.close();
    const rename = Deno.rename;
    const taken: unknown[] = [];
    using _rename = stub(Deno, "rename", async (from, to) => {
      await rename(from, to);
      if (to === path) taken.push(...consumed());
    });
    assert(await start().deliveries.deliver(intent));
    assertEquals(taken, ["d1"]);
  }));

Deno.test("Deliveries.open() still looks for what the journal has lost when the first look failed", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    first.deliveries.close();
    await Deno.remove(resultsFiles(path).journal);
    await Deno.mkdir(resultsFiles(path).next);
    const second = start();
    assertEquals(await second.deliveries.deliver(results("d1")), false);
    await Deno.remove(resultsFiles(path).next);
    assertEquals(await second.deliveries.deliver(results("d1")), true);
    assertEquals(consumed(), ["d1"]);
  }));

const noSmallDisk = await whyNot(mountSmallDisk);

Deno.test({
  name:
    "Deliveries.open() remembers what it has found in the results file, also while the disk is full",
  ignore: noSmallDisk !== undefined,
  async fn() {
    await using disk = await mountSmallDisk();
    const path = `${disk.path}/results.jsonl`;
    let text = "";
    let result = exampleResult();
    // A journal that ends with its page: what is on a full disk can only grow within its last one.
    for (let length = 1; text.length % 4096 !== 0 || length === 1; length++) {
      result = exampleResult({ responsePreview: "x".repeat(length), changedAt: Date.now() });
      const records = [recordLine({ started: true }), recordLine({ intent: [result] })];
      text = await headerLine(OWN_ID) + (await Promise.all(records)).join("");
    }
    await Deno.writeTextFile(resultsFiles(path).journal, text, { mode: 0o600 });
    await Deno.writeTextFile(path, resultLine(result, 1), { mode: 0o600 });
    await disk.fill();
    using made = makeDeliveries(path);
    await made.deliveries.deliver([]);
    assertEquals(consumeResults(path).records.length, 1);
    await disk.mend();
    assertEquals(await made.deliveries.deliver([result]), true);
    assertEquals(consumeResults(path).records.length, 0);
  },
});

Deno.test("Deliveries.deliver() writes down, as soon as the disk lets it, what it could not before", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries } = start();
    await deliveries.deliver([]);
    const { nextJournal } = resultsFiles(path);
    await Deno.remove(resultsFiles(path).journal);
    await Deno.mkdir(nextJournal);
    await Deno.writeTextFile(`${nextJournal}/in-the-way`, "");
    await deliveries.journal.note([{ written: ["completed d1"] }]);
    await Deno.remove(nextJournal, { recursive: true });
    assert(await deliveries.deliver([]));
    deliveries.close();
    assert(await start().deliveries.deliver(results("d1")));
    assertEquals(consumed(), []);
  }));

Deno.test("Deliveries.deliver() delivers an intent that is not in the results file, also when nobody lists it any more", () =>
  withResultsFile(async ({ start, consumed }) => {
    const first = start();
    await first.deliveries.deliver([]);
    await first.deliveries.journal.append([{ intent: results("d1") }]);
    first.deliveries.close();
    const second = start();
    assert(await second.deliveries.deliver([]));
    assertEquals([consumed(), second.unwoken], [["d1"], [["d1"]]]);
  }));

Deno.test("Deliveries.deliver() takes the newest look at what a killed process was about to write", () =>
  withResultsFile(async ({ path, start }) => {
    const [bare, whole] = ["", "the reply"].map((responsePreview) =>
      exampleResult({ responsePreview })
    );
    assert(bare && whole);
    const first = start();
    await first.deliveries.open();
    await first.deliveries.hold([bare]);
    first.deliveries.close();
    assert(await start().deliveries.deliver([whole]));
    assertEquals(
      consumeResults(path).records.map(({ response_preview }) => response_preview),
      ["the reply"],
    );
  }));

Deno.test("Deliveries.open() takes what waits in the results file for delivered when the journal is gone", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    first.deliveries.close();
    await Deno.remove(resultsFiles(path).journal);
    const second = start();
    assert(await second.deliveries.deliver(results("d1", "d2")));
    assertEquals(consumed(), ["d1", "d2"]);
  }));

Deno.test("Deliveries.deliver() keeps what could not be written, though nobody lists it any more (D5)", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, lines } = start();
    await Deno.mkdir(path);
    assertEquals(await deliveries.deliver(results("d1", "d2")), false);
    assertEquals(await deliveries.deliver(results("d3")), false);
    assertEquals(lines("WARN").length, 1);
    await Deno.remove(path);
    assertEquals(await deliveries.deliver([]), true);
    assertEquals(consumed(), ["d1", "d2", "d3"]);
  }));

Deno.test("Deliveries.deliver() keeps what came while the journal could not be read, but for what it knows", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { journal } = resultsFiles(path);
    const first = start();
    await first.deliveries.deliver(results("d1"));
    first.deliveries.close();
    consumed();
    await Deno.rename(journal, `${journal}.away`);
    await Deno.mkdir(journal);
    const second = start();
    assertEquals(await second.deliveries.deliver(results("d1", "d2")), false);
    assertEquals(await second.deliveries.deliver(results("d3")), false);
    await Deno.remove(journal);
    await Deno.rename(`${journal}.away`, journal);
    assertEquals(await second.deliveries.deliver([]), true);
    assertEquals(consumed(), ["d2", "d3"]);
  }));

Deno.test("Deliveries.deliver() writes nothing while the journal cannot be written", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, unwoken } = start();
    await deliveries.deliver(results("d1"));
    const { journal } = resultsFiles(path);
    await Deno.remove(journal);
    await Deno.mkdir(journal);
    assertEquals(await deliveries.deliver(results("d2")), false);
    assertEquals([consumed(), unwoken], [["d1"], [["d1"]]]);
    await Deno.remove(journal);
    assertEquals(await deliveries.deliver([]), true);
    assertEquals(consumed(), ["d2"]);
  }));

Deno.test("Deliveries.deliver() delivers nothing twice when only the commit could not be written", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { journal } = resultsFiles(path);
    const { deliveries } = start();
    await deliveries.deliver([]);
    const rename = Deno.rename;
    {
      // The moment between the results file and the commit.
      using _rename = stub(Deno, "rename", async (from, to) => {
        await rename(from, to);
        if (to !== path) return;
        await Deno.remove(journal);
        await Deno.mkdir(journal);
      });
      await deliveries.deliver(results("d1"));
    }
    await deliveries.deliver(results("d1"));
    assertEquals(consumed(), ["d1"]);
    await Deno.remove(journal);
    assert(await deliveries.deliver(results("d1", "d2")));
    deliveries.close();
    assert(await start().deliveries.deliver(results("d1", "d2")));
    assertEquals(consumed(), ["d2"]);
  }));

Deno.test("Deliveries.has() knows what has been delivered, by id and status", () =>
  withResultsFile(async ({ start }) => {
    const { deliveries } = start();
    const [result = exampleResult()] = results("d1");
    assertEquals(deliveries.has(result), false);
    await deliveries.deliver([result]);
    assertEquals([deliveries.has(result), deliveries.has({ ...result, status: "failed" })], [
      true,
      false,
    ]);
    assertEquals(deliveries.journal.state.isWritten(resultKey(result)), true);
  }));
