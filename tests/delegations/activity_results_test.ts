import { assertEquals } from "@std/assert";
import { activityResult, readActivityEntry } from "../../lib/delegations/activity_results.ts";
import type { ActivityRow } from "../../lib/platform/mod.ts";
import { messageRow } from "./_activity.ts";

const OWN = "0ac7f1de-0000-4000-8000-000000000001";
const PEER = "0ac7f1de-0000-4000-8000-000000000002";

function row(fields: Partial<ActivityRow> = {}): ActivityRow {
  return {
    id: "a1",
    type: "a2a_receive",
    method: "message/send",
    sourceId: PEER,
    targetId: OWN,
    status: "ok",
    messageType: "",
    summary: "message/send",
    error: "",
    text: "the answer",
    delegationId: "",
    createdAt: 1000,
    ...fields,
  };
}

/** A row that the platform puts there when a delegation of ours has ended. */
function outcome(fields: Partial<ActivityRow> = {}): ActivityRow {
  return row({ method: "delegate_result", sourceId: OWN, delegationId: "d1", ...fields });
}

Deno.test("activityResult() is the message of a peer, under the message's id (contract 8, #354)", () => {
  assertEquals(activityResult(row(), OWN), {
    delegationId: "message:a1",
    targetId: PEER,
    sourceId: OWN,
    status: "completed",
    summary: "message/send",
    responsePreview: "the answer",
    error: "",
    changedAt: 1000,
  });
});

const messages: [what: string, fields: Partial<ActivityRow>][] = [
  ["it calls itself the outcome of a delegation", {
    method: "delegate_result",
    delegationId: "d1",
  }],
  ["it names a delegation", { delegationId: "d1" }],
  ["its method is unknown", { method: "unknown" }],
  ["its kind of message is unknown", { messageType: "unknown" }],
  ["it does not say of which type it is", { type: "" }],
  ["it does not say what became of it", { status: "" }],
];
for (const [what, fields] of messages) {
  Deno.test(`activityResult() is an ordinary message of a peer when ${what}`, () => {
    assertEquals(activityResult(row(fields), OWN), activityResult(row(), OWN));
  });
}

const none: [what: string, fields: Partial<ActivityRow>][] = [
  ["the user has sent it", { sourceId: "" }],
  ["the user has sent it as the outcome of a delegation", {
    sourceId: "",
    method: "delegate_result",
    delegationId: "d1",
  }],
  ["the workspace itself has sent it", { sourceId: OWN }],
  ["the workspace itself has sent it, in capitals", { sourceId: OWN.toUpperCase() }],
  ["the workspace itself has sent it, and it names a delegation", {
    sourceId: OWN,
    delegationId: "d1",
  }],
  ["it is of another type", { type: "a2a_send" }],
  ["it is of an unknown type", { type: "unknown" }],
  ["it could not be received (contract 7 #127)", { status: "error" }],
  ["it could not be received, and calls itself the outcome of a delegation", {
    status: "error",
    method: "delegate_result",
    delegationId: "d1",
  }],
  ["it says that the workspace was busy (contract 7 #127)", {
    summary: "message/send → w (queued: target busy)",
  }],
  ["it is marked as backpressure (contract 7 #128)", { messageType: "backpressure" }],
];
for (const [what, fields] of none) {
  Deno.test(`activityResult() is none when ${what}`, () => {
    assertEquals(activityResult(row(fields), OWN), undefined);
  });
}

const ended: [status: string, expected: string][] = [
  ["ok", "completed"],
  ["", "completed"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["error", "failed"],
  ["timeout", "timeout"],
  ["cancelled", "cancelled"],
  ["rejected", "rejected"],
];
for (const [status, expected] of ended) {
  Deno.test(`activityResult() is a ${expected} delegation of ours when the platform puts it there as '${status}'`, () => {
    const result = activityResult(outcome({ status, error: "why" }), OWN);
    assertEquals([result?.delegationId, result?.status, result?.error], ["d1", expected, "why"]);
  });
}

const going: [what: string, fields: Partial<ActivityRow>][] = [
  ["goes on", { status: "dispatched" }],
  ["is stuck, which the listing tells of", { status: "stuck" }],
  ["has no id", { delegationId: "" }],
];
for (const [what, fields] of going) {
  Deno.test(`activityResult() is none when a delegation of ours ${what}`, () => {
    assertEquals(activityResult(outcome(fields), OWN), undefined);
  });
}

Deno.test("activityResult() is an outcome of ours when our id is written in capitals", () => {
  const result = activityResult(outcome({ sourceId: OWN.toUpperCase() }), OWN);
  assertEquals([result?.delegationId, result?.sourceId], ["d1", OWN]);
});

const targets: [what: string, targetId: string, expected: string][] = [
  ["names the target when the row does", PEER, PEER],
  ["names no target when the row is addressed to ourselves", OWN.toUpperCase(), ""],
];
for (const [what, targetId, expected] of targets) {
  Deno.test(`activityResult() ${what}`, () => {
    assertEquals(activityResult(outcome({ targetId }), OWN)?.targetId, expected);
  });
}

Deno.test("readActivityEntry() gives id, time and result when the row is a message", () => {
  const { createdAt, id, isMalformed, result } = readActivityEntry(messageRow("a1"), OWN);
  assertEquals(
    [id, createdAt, result?.delegationId, isMalformed],
    ["a1", Date.UTC(2026, 4, 3), "message:a1", false],
  );
});

Deno.test("readActivityEntry() gives id and time, and no result, when the row is none", () => {
  assertEquals(readActivityEntry(messageRow("a1", { source_id: null }), OWN), {
    id: "a1",
    createdAt: Date.UTC(2026, 4, 3),
    result: undefined,
    isMalformed: false,
  });
});

Deno.test("readActivityEntry() gives the id of a malformed row, so that it is not read for ever", () => {
  assertEquals(readActivityEntry(messageRow("a1", { status: 7 }), OWN), {
    id: "a1",
    createdAt: undefined,
    result: undefined,
    isMalformed: true,
  });
});

Deno.test("readActivityEntry() gives nothing but that it is malformed when it is no row", () => {
  for (const value of [null, 7, "a1", [], { id: 7 }]) {
    assertEquals(readActivityEntry(value, OWN), {
      id: undefined,
      createdAt: undefined,
      result: undefined,
      isMalformed: true,
    });
  }
});
