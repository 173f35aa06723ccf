import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { resultLine } from "../../lib/delegations/result.ts";
import { FileResults } from "../../lib/delegations/results_file.ts";
import { makeTempDir } from "../support/mod.ts";
import { consumedPath, consumeResults } from "../support/reference_consumer.ts";
import { anyResult, exampleResult } from "./_examples.ts";

Deno.test("consumeResults() gives nothing when there is no file (contract 7 #57)", async () => {
  await using dir = await makeTempDir();
  assertEquals(consumeResults(`${dir.path}/results.jsonl`).text, "");
});

Deno.test("consumeResults() gives both of two results, and leaves no file (contract 7 #58)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const results = [
    exampleResult({ summary: "one", responsePreview: "the reply" }),
    exampleResult({ summary: "two", responsePreview: "", status: "failed" }),
  ];
  await new FileResults(path).append(results.map((result) => resultLine(result, 1)).join(""));
  assertEquals(
    consumeResults(path).text,
    "- [completed] one\n  Response: the reply\n- [failed] two",
  );
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("consumeResults() skips a line that is no JSON, and leaves no file (contract 7 #59)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(path, `not json\n${resultLine(exampleResult(), 1)}`);
  const { records, skipped } = consumeResults(path);
  assertEquals([records.length, skipped], [1, ["not json"]]);
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("consumeResults() skips a blank line in the middle (contract 7 #60)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const line = resultLine(exampleResult(), 1);
  await Deno.writeTextFile(path, `${line}\n   \n${line}`);
  const { records, skipped } = consumeResults(path);
  assertEquals([records.length, skipped], [2, []]);
});

Deno.test("consumeResults() gives nothing when another consumer was first (contract 7 #61)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await new FileResults(path).append(resultLine(exampleResult(), 1));
  assertEquals(consumeResults(path).records.length, 1);
  assertEquals(consumeResults(path).text, "");
});

Deno.test("consumeResults() gives nothing, and tidies up, when the file cannot be read (contract 7 #62)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.mkdir(path); // it can be renamed like a file, and not be read like one
  assertEquals(consumeResults(path).text, "");
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("consumeResults() loses a whole batch when a line is JSON but no object", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(path, `${resultLine(exampleResult(), 1)}"text"\n`);
  assertThrows(() => consumeResults(path), TypeError);
});

Deno.test("consumedPath() replaces the last suffix only", () => {
  const table = [
    ["/tmp/delegation_results.jsonl", "/tmp/delegation_results.consumed"],
    ["/tmp/a.b.jsonl", "/tmp/a.b.consumed"],
    ["/tmp/results", "/tmp/results.consumed"],
    ["/tmp.d/results", "/tmp.d/results.consumed"],
    ["/tmp/.results", "/tmp/.results.consumed"],
  ];
  for (const [path = "", consumed = ""] of table) assertEquals(consumedPath(path), consumed);
});

Deno.test("FileResults.append() writes what the agent consumes whole, in order, whatever a peer wrote (D36)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  const batches = fc.array(fc.array(anyResult, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (batches) => {
      for (const batch of batches) {
        await output.append(batch.map((result) => resultLine(result, 1714.5)).join(""));
      }
      const { records, skipped } = consumeResults(path);
      assertEquals(skipped, []);
      assertEquals(
        records.map(({ delegation_id, summary, response_preview, error }) => //
        [delegation_id, summary, response_preview, error]),
        batches.flat().map(({ delegationId, summary, responsePreview, error }) => //
        [delegationId, summary, responsePreview, error]),
      );
      for (const record of records) {
        const types = Object.values(record).map((value) => typeof value);
        assertEquals(types, [...Array(7).fill("string"), "number"]);
      }
    }),
    { numRuns: 50 },
  );
});
