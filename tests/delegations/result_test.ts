import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { resultKey, resultLine } from "../../lib/delegations/result.ts";
import { anyResult, exampleResult, OTHER_ID, OWN_ID } from "./_examples.ts";

Deno.test("resultLine() writes the reference's keys in its order, strings but for the time (contract 7 #11)", () => {
  const line = resultLine(exampleResult({ error: "e" }), 1714.5);
  assertEquals(
    line,
    `{"delegation_id":"d1","target_id":"${OTHER_ID}","source_id":"${OWN_ID}",` +
      '"status":"completed","summary":"Delegation completed (done)","response_preview":"done",' +
      '"error":"e","timestamp":1714.5}\n',
  );
});

Deno.test("resultLine() writes one line of printable ASCII that reads back the same, whatever a peer wrote (D36)", () => {
  fc.assert(fc.property(anyResult, (result) => {
    const line = resultLine(result, 1714.25);
    assertMatch(line, /^[\x20-\x7e]+\n$/);
    assertEquals(JSON.parse(line), {
      delegation_id: result.delegationId,
      target_id: result.targetId,
      source_id: result.sourceId,
      status: result.status,
      summary: result.summary,
      response_preview: result.responsePreview,
      error: result.error,
      timestamp: 1714.25,
    });
  }));
});

Deno.test("resultKey() tells results apart by delegation and status", () => {
  const results = [
    exampleResult(),
    exampleResult({ status: "failed" }),
    exampleResult({ delegationId: "d2" }),
    exampleResult({ delegationId: "failed d1" }),
  ];
  assertEquals(new Set(results.map(resultKey)).size, 4);
});
