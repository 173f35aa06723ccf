import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  isFailure,
  messageIdOf,
  messageResultId,
  REPORTED_STATUSES,
  resultKey,
  resultLine,
  resultName,
  TERMINAL_STATUSES,
} from "../../lib/delegations/result.ts";
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

Deno.test("resultLine() keeps the platform's word for the status (D24)", () => {
  for (const status of REPORTED_STATUSES) {
    assertEquals(JSON.parse(resultLine(exampleResult({ status }), 1)).status, status);
  }
});

Deno.test("resultLine() says nothing of when the platform wrote the result", () => {
  const line = resultLine(exampleResult({ changedAt: undefined }), 1);
  assertEquals(resultLine(exampleResult({ changedAt: 1_777_766_400_000 }), 1), line);
});

Deno.test("isFailure() is true for every status but completed and stuck (D24)", () => {
  assertEquals(
    REPORTED_STATUSES.filter(isFailure),
    ["failed", "error", "timeout", "cancelled", "rejected"],
  );
});

Deno.test("REPORTED_STATUSES are those that end a delegation, and stuck (D24)", () => {
  assertEquals<string[]>([...TERMINAL_STATUSES, "stuck"], [...REPORTED_STATUSES]);
});

Deno.test("resultName() gives what resultKey() was made of", () => {
  fc.assert(fc.property(anyResult, (result) => {
    const { delegationId, status } = result;
    assertEquals(resultName(resultKey(result)), { delegationId, status });
  }));
});

Deno.test("resultName() gives nothing when resultKey() did not write it", () => {
  for (const key of ["", "completed", "completedd1", "queued d1", " d1", "Completed d1"]) {
    assertEquals(resultName(key), undefined, key);
  }
});

Deno.test("resultKey() tells results apart by delegation and status", () => {
  const results = [
    exampleResult(),
    exampleResult({ status: "failed" }),
    exampleResult({ delegationId: "d2" }),
    exampleResult({ status: "stuck" }),
    exampleResult({ delegationId: "failed d1" }),
  ];
  assertEquals(new Set(results.map(resultKey)).size, 5);
});

Deno.test("messageIdOf() gives what messageResultId() was made of", () => {
  fc.assert(fc.property(fc.string(), (id) => {
    assertEquals(messageIdOf({ delegationId: messageResultId(id) }), id);
  }));
});

Deno.test("messageIdOf() gives nothing when it is a delegation's id", () => {
  for (const delegationId of ["d1", "", "message", "a message:a1", "Message:a1"]) {
    assertEquals(messageIdOf({ delegationId }), undefined, delegationId);
  }
});
