import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  activityRequest,
  type ActivityRow,
  parseActivityId,
  parseActivityRow,
} from "../../lib/platform/mod.ts";

const EMPTY: ActivityRow = {
  id: "a1",
  type: "",
  method: "",
  sourceId: "",
  targetId: "",
  status: "",
  messageType: "",
  summary: "",
  error: "",
  text: "",
  delegationId: "",
  createdAt: undefined,
};

/** Longer than an id or a word may be. */
const LONG = "x".repeat(257);

const rows: [what: string, value: object, expected: Partial<ActivityRow>][] = [
  ["it has an id and nothing else", {}, {}],
  [
    "everything is there",
    {
      activity_type: "a2a_receive",
      method: "message/send",
      source_id: "peer",
      target_id: "w",
      status: "ok",
      message_type: "backpressure",
      summary: "peer → w",
      error_detail: "none",
      created_at: "2026-06-01T12:00:00Z",
    },
    {
      type: "a2a_receive",
      method: "message/send",
      sourceId: "peer",
      targetId: "w",
      status: "ok",
      messageType: "backpressure",
      summary: "peer → w",
      error: "none",
      createdAt: Date.UTC(2026, 5, 1, 12),
    },
  ],
  [
    "everything is null",
    {
      activity_type: null,
      source_id: null,
      target_id: null,
      message_type: null,
      summary: null,
      request_body: null,
      response_body: null,
      error_detail: null,
      created_at: null,
    },
    {},
  ],
  [
    "the message has parts of several kinds",
    {
      request_body: {
        params: {
          message: {
            parts: [{ kind: "text", text: "one" }, { kind: "file" }, 7, {
              type: "text",
              text: "two",
            }],
          },
        },
      },
    },
    { text: "one two" },
  ],
  ["the message has no parts", { request_body: { params: { message: {} } } }, {}],
  ["the body is a text", { request_body: "text" }, {}],
  [
    "it is the outcome of a delegation",
    { method: "delegate_result", response_body: { delegation_id: "d1", text: "reply" } },
    { method: "delegate_result", delegationId: "d1", text: "reply" },
  ],
  [
    "a text is a number, and a time is none",
    { summary: 7, created_at: "yesterday" },
    { summary: "7" },
  ],
  ["its method is longer than any of ours", { method: LONG }, { method: "unknown" }],
  ["its type is longer than any of ours", { activity_type: LONG }, { type: "unknown" }],
  ["its kind of message is longer than any", { message_type: LONG }, { messageType: "unknown" }],
  ["its kind of message is a number", { message_type: 7 }, { messageType: "unknown" }],
  ["its target is a number", { target_id: 7 }, {}],
  ["its target is longer than any id", { target_id: LONG }, {}],
  ["its error is long", { error_detail: LONG }, { error: LONG }],
  ["its error is an object", { error_detail: { code: 7 } }, { error: '{"code":7}' }],
];
for (const [what, value, expected] of rows) {
  Deno.test(`parseActivityRow() reads the row when ${what}`, () => {
    assertEquals(parseActivityRow({ id: "a1", ...value }), { ...EMPTY, ...expected });
  });
}

const malformed: [what: string, value: unknown][] = [
  ["it is null", null],
  ["it is a list", [{ id: "a1" }]],
  ["it is a text", "a1"],
  ["it has no id", { source_id: "peer" }],
  ["its id is empty", { id: "" }],
  ["its id is a number", { id: 7 }],
  ["its source is a number", { id: "a1", source_id: 7 }],
  ["its status is a list", { id: "a1", status: ["ok"] }],
  ["its source is longer than any id", { id: "a1", source_id: LONG }],
];
for (const [what, value] of malformed) {
  Deno.test(`parseActivityRow() gives nothing when ${what}`, () => {
    assertEquals(parseActivityRow(value), undefined);
  });
}

const ids: [what: string, value: unknown, expected: string | undefined][] = [
  ["there is nothing else", { id: "a1" }, "a1"],
  ["the rest is malformed", { id: "a1", source_id: 7, status: [] }, "a1"],
  ["it has the longest length", { id: "x".repeat(256) }, "x".repeat(256)],
  ["it is too long", { id: LONG }, undefined],
  ["it is empty", { id: "" }, undefined],
  ["it is a number", { id: 7 }, undefined],
  ["there is none", {}, undefined],
  ["the row is null", null, undefined],
  ["the row is a list", ["a1"], undefined],
];
for (const [what, value, expected] of ids) {
  Deno.test(`parseActivityId() gives ${expected === undefined ? "nothing" : "the id"} when ${what}`, () => {
    assertEquals(parseActivityId(value), expected);
  });
}

Deno.test("parseActivityRow() cuts the words of a message when they are endless", () => {
  const parts = Array.from({ length: 3 }, () => ({ text: "x".repeat(200_000) }));
  const row = parseActivityRow({ id: "a1", request_body: { params: { message: { parts } } } });
  assertEquals(row?.text.length, 262_144);
});

Deno.test("parseActivityRow() never throws when it is given any JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    parseActivityRow(value);
    parseActivityId(value);
    parseActivityRow({ id: "a1", request_body: value, response_body: value });
  }));
});

Deno.test("activityRequest() allows for 30 s and 8 MiB, and asks behind a row when it is given one", () => {
  const patience = { method: "GET", deadlineMs: 30_000, maxBytes: 8 * 1024 * 1024 } as const;
  const path = "/workspaces/w/activity?type=a2a_receive";
  assertEquals(activityRequest("w", { limit: 20, since: undefined }), {
    ...patience,
    path: `${path}&limit=20`,
  });
  assertEquals(activityRequest("w", { limit: 7, since: "a1" }), {
    ...patience,
    path: `${path}&limit=7&since_id=a1`,
  });
});
