import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { WriterBusyError } from "../../lib/delegations/mod.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { results, withResultsFile } from "./_deliveries.ts";
import { exampleResult, OTHER_ID } from "./_examples.ts";

Deno.test("Deliveries.open() is refused while another one is open", () =>
  withResultsFile(async ({ start }) => {
    const first = start();
    await first.deliveries.open();
    const second = start();
    await assertRejects(
      () => second.deliveries.open(),
      WriterBusyError,
      `process ${Deno.pid}, workspace`,
    );
    first.deliveries.close();
    await second.deliveries.open();
  }));

Deno.test("Deliveries.deliver() waits, with one warning, while the journal is another workspace's", () =>
  withResultsFile(async ({ path, start }) => {
    const first = start({ workspaceId: OTHER_ID });
    await first.deliveries.deliver(results("theirs"));
    first.deliveries.close();
    const before = await Deno.readTextFile(resultsFiles(path).journal);
    const { deliveries, lines } = start();
    for (let polls = 0; polls < 3; polls++) {
      assertEquals(await deliveries.deliver(results("ours")), false);
    }
    assertEquals(lines("WARN").length, 1);
    assertStringIncludes(lines("WARN").join(), `it belongs to workspace '${OTHER_ID}'`);
    assertEquals(await Deno.readTextFile(resultsFiles(path).journal), before);
    assertEquals(consumeResults(path).records.length, 1);
  }));

Deno.test("Deliveries.deliver() reads the journal again when another process has written it meanwhile", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    await Deno.remove(resultsFiles(path).lock); // as a tidying program does
    const second = start();
    assert(await second.deliveries.deliver(results("d1", "d2")));
    assertEquals(await first.deliveries.deliver(results("d1", "d2")), false);
    second.deliveries.close();
    assert(await first.deliveries.deliver(results("d1", "d2", "d3")));
    assertEquals(consumed(), ["d1", "d2", "d3"]);
  }));

Deno.test("Deliveries.deliver() remembers everything when lock and journal have been tidied away", () =>
  withResultsFile(async ({ path, start, consumed }) => {
    const { deliveries, unwoken } = start();
    await deliveries.deliver(results("d1"));
    assertEquals(consumed(), ["d1"]);
    const files = resultsFiles(path);
    for (const file of [files.lock, files.journal]) await Deno.remove(file);
    assert(await deliveries.deliver(results("d1", "d2")));
    assertEquals([consumed(), unwoken], [["d2"], [["d1"], ["d2"]]]);
    deliveries.close();
    assert(await start().deliveries.deliver(results("d1", "d2")));
    assertEquals(consumed(), []);
  }));

Deno.test("Deliveries.hold() writes down what may not be listed again", () =>
  withResultsFile(async ({ start, consumed }) => {
    const first = start();
    await first.deliveries.open();
    await first.deliveries.hold(results("d1"));
    first.deliveries.close();
    assert(await start().deliveries.deliver([]));
    assertEquals(consumed(), ["d1"]);
  }));

Deno.test("Deliveries.hold() writes nothing down when another process has the journal by now", () =>
  withResultsFile(async ({ path, start }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    await Deno.remove(resultsFiles(path).lock); // as a tidying program does
    const second = start();
    await second.deliveries.deliver(results("d2"));
    const before = await Deno.readTextFile(resultsFiles(path).journal);
    await first.deliveries.hold(results("d3"));
    assertEquals(await Deno.readTextFile(resultsFiles(path).journal), before);
    assertEquals(first.lines("WARN"), []);
  }));

Deno.test("Deliveries.hold() writes nothing down before the journal is read", () =>
  withResultsFile(async ({ path, start }) => {
    await start().deliveries.hold(results("d1"));
    await assertRejects(() => Deno.stat(resultsFiles(path).journal), Deno.errors.NotFound);
  }));

Deno.test("Deliveries.deliver() writes nothing down of a message when another process has the journal by now", () =>
  withResultsFile(async ({ path, start }) => {
    const first = start();
    await first.deliveries.deliver(results("d1"));
    await Deno.remove(resultsFiles(path).lock);
    const second = start();
    await second.deliveries.open();
    const before = await Deno.readTextFile(resultsFiles(path).journal);
    const message = exampleResult({ delegationId: "message:a1" });
    assertEquals(await first.deliveries.deliver([message]), false);
    assertEquals(await Deno.readTextFile(resultsFiles(path).journal), before);
  }));
