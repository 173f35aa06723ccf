import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DelegationRow,
  parseAgentAnswer,
  parseInboundSecret,
  parseRow,
  parseWorkspace,
} from "../../lib/platform/mod.ts";
import { parseProblem } from "../../lib/platform/schemas.ts";

const secrets: [what: string, body: unknown, secret: string | undefined][] = [
  ["the answer carries one (contract 7 #111)", { platform_inbound_secret: "s3cret" }, "s3cret"],
  ["it has the longest length", { platform_inbound_secret: "x".repeat(4096) }, "x".repeat(4096)],
  ["it has a space inside", { platform_inbound_secret: "two words" }, "two words"],
  ["the field is absent (contract 7 #112)", { status: "ok" }, undefined],
  ["the answer is a list (contract 7 #113)", ["platform_inbound_secret"], undefined],
  ["the answer is a text (contract 7 #113)", "platform_inbound_secret", undefined],
  ["the answer is null (contract 7 #113)", null, undefined],
  ["the answer was no JSON (contract 7 #114)", undefined, undefined],
  ["it is empty (contract 7 #101, #115)", { platform_inbound_secret: "" }, undefined],
  ["it is blank", { platform_inbound_secret: "   " }, undefined],
  ["it is a number", { platform_inbound_secret: 12345 }, undefined],
  ["it is null", { platform_inbound_secret: null }, undefined],
  ["it is too long", { platform_inbound_secret: "x".repeat(4097) }, undefined],
  ["it holds a line break", { platform_inbound_secret: "a\nb" }, undefined],
  ["it ends with a line break", { platform_inbound_secret: "ab\n" }, undefined],
  ["it holds NUL", { platform_inbound_secret: "a\0b" }, undefined],
  ["it is not ASCII", { platform_inbound_secret: "geheimnüs" }, undefined],
];
for (const [what, body, secret] of secrets) {
  const given = secret === undefined ? "nothing" : "the secret";
  Deno.test(`parseInboundSecret() gives ${given} when ${what}`, () => {
    assertEquals(parseInboundSecret(body), secret);
  });
}

Deno.test("parseInboundSecret() gives nothing or a sound secret when it is given any JSON (D29)", () => {
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.string());
  const body = fc.oneof(
    fc.jsonValue(),
    value.map((secret) => ({ platform_inbound_secret: secret })),
  );
  fc.assert(fc.property(body, (body) => {
    const secret = parseInboundSecret(body);
    return secret === undefined ||
      secret.length <= 4096 && /^[ -~]+$/.test(secret) && secret.trim() !== "";
  }));
});

const ROW: DelegationRow = {
  delegationId: "",
  status: "",
  sourceId: "",
  direction: "",
  targetId: "",
  summary: "",
  responsePreview: "",
  error: "",
  createdAt: undefined,
  changedAt: undefined,
};
const rows: [what: string, row: unknown, expected: DelegationRow | undefined][] = [
  ["it is whole", {
    id: "r",
    type: "delegation",
    delegation_id: "d",
    status: "completed",
    source_id: "w",
    direction: "sent",
    target_id: "t",
    summary: "done",
    response_preview: "yes",
    error: "",
    created_at: "2026-01-01T00:00:00Z",
  }, {
    ...ROW,
    delegationId: "d",
    status: "completed",
    sourceId: "w",
    direction: "sent",
    targetId: "t",
    summary: "done",
    responsePreview: "yes",
    createdAt: Date.UTC(2026, 0, 1),
    changedAt: Date.UTC(2026, 0, 1),
  }],
  ["it is one of the ledger's (D24)", {
    delegation_id: "d",
    source_id: "w",
    target_id: "t",
    direction: "sent",
    summary: "Dig",
    status: "stuck",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-02T00:00:00Z",
    _ledger: true,
    last_heartbeat: "2026-01-01T23:50:00Z",
    deadline: "2026-01-03T00:00:00Z",
  }, {
    ...ROW,
    delegationId: "d",
    status: "stuck",
    sourceId: "w",
    direction: "sent",
    targetId: "t",
    summary: "Dig",
    createdAt: Date.UTC(2026, 0, 1),
    changedAt: Date.UTC(2026, 0, 2),
  }],
  ["keys are missing", { delegation_id: "d" }, { ...ROW, delegationId: "d" }],
  ["texts are null", { summary: null, error: null }, ROW],
  ["texts are no texts", { summary: 7, response_preview: { a: [1] }, error: false }, {
    ...ROW,
    summary: "7",
    responsePreview: '{"a":[1]}',
    error: "false",
  }],
  ["a text is torn", { summary: "a\ud83d" }, { ...ROW, summary: "a\ufffd" }],
  ["the direction is odd", { direction: 7 }, ROW],
  ["it is empty", {}, ROW],
  ["it is null", null, undefined],
  ["it is a text", "row", undefined],
  ["it is a number", 7, undefined],
  ["it is a list", [{ delegation_id: "d" }], undefined],
  ["its id is a number", { delegation_id: 7 }, undefined],
  ["its id is endless", { delegation_id: "x".repeat(257) }, undefined],
  ["its status is a list", { status: ["completed"] }, undefined],
  ["its source is an object", { source_id: {} }, undefined],
];
for (const [what, row, expected] of rows) {
  Deno.test(`parseRow() ${expected ? "reads" : "refuses"} a row when ${what}`, () => {
    assertEquals(parseRow(row), expected);
  });
}

const DAY = Date.UTC(2026, 4, 3);
const times: [what: string, text: unknown, time: number | undefined][] = [
  [
    "it has nanoseconds, as Go writes them",
    "2026-05-03T00:00:00.123456789Z",
    (DAY * 1000 + 123_456) / 1000,
  ],
  ["it is of another zone", "2026-05-03T02:00:00+02:00", DAY],
  ["it is the epoch", "1970-01-01T00:00:00Z", 0],
  ["it was never set", "0001-01-01T00:00:00Z", undefined],
  ["there is no such day", "2026-02-30T00:00:00Z", undefined],
  ["there is no such hour", "2026-05-03T25:00:00Z", undefined],
  ["it says no zone", "2026-05-03T00:00:00", undefined],
  ["it is a day", "2026-05-03", undefined],
  ["it is empty", "", undefined],
  ["it is words", "yesterday", undefined],
  ["it is endless", `2026-05-03T00:00:00Z[${"x".repeat(100_000)}]`, undefined],
  ["it is a number", DAY, undefined],
  ["it is null", null, undefined],
  ["it is an object", {}, undefined],
];
for (const [what, text, time] of times) {
  Deno.test(`parseRow() ${time === undefined ? "leaves out" : "reads"} a time when ${what}`, () => {
    const read = parseRow({ created_at: text });
    assertEquals([read?.createdAt, read?.changedAt], [time, time]);
  });
}

Deno.test("parseRow() takes a row for changed when it was made if it says of no sound change", () => {
  for (const updated_at of [undefined, null, "soon", "0001-01-01T00:00:00Z"]) {
    assertEquals(parseRow({ created_at: "2026-05-03T00:00:00Z", updated_at })?.changedAt, DAY);
  }
});

Deno.test("parseRow() does not take a row for made when it was changed", () => {
  const read = parseRow({ updated_at: "2026-05-03T00:00:00Z" });
  assertEquals([read?.createdAt, read?.changedAt], [undefined, DAY]);
});

Deno.test("parseRow() gives nothing or a row of texts and times when it is given any JSON", () => {
  const keys = [
    "delegation_id",
    "status",
    "source_id",
    "direction",
    "target_id",
    "summary",
    "error",
    "created_at",
    "updated_at",
  ];
  const row = fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: false }).map((date) => date.toJSON())),
  );
  fc.assert(fc.property(fc.oneof(row, fc.jsonValue()), (value) => {
    const read = parseRow(value);
    if (read === undefined) return true;
    const { createdAt, changedAt, ...texts } = read;
    return Object.values(texts).every((text) => typeof text === "string") &&
      [createdAt, changedAt].every((time) => time === undefined || Number.isFinite(time));
  }));
});

const workspaces: [what: string, body: unknown, expected: ReturnType<typeof parseWorkspace>][] = [
  ["there is a parent", { name: "Scribe", parent_id: "p" }, { name: "Scribe", parentId: "p" }],
  ["there is no parent", { name: "Scribe", parent_id: null }, { name: "Scribe", parentId: "" }],
  ["the name is odd", { name: 7, parent_id: "p" }, { name: "", parentId: "p" }],
  ["the parent's key is missing", { name: "Scribe" }, undefined],
  ["the parent is a number", { name: "Scribe", parent_id: 7 }, undefined],
  ["the answer is a list", [], undefined],
  ["the answer was no JSON", undefined, undefined],
];
for (const [what, body, expected] of workspaces) {
  Deno.test(`parseWorkspace() gives ${expected ? "it" : "nothing"} when ${what} (D8)`, () => {
    assertEquals(parseWorkspace(body), expected);
  });
}

const agentAnswers: [body: unknown, failed: boolean, polls: boolean][] = [
  [{ jsonrpc: "2.0", result: {} }, false, false],
  [{ jsonrpc: "2.0", error: { code: -32000, message: "x" } }, true, false],
  [{ jsonrpc: "2.0", error: null, result: {} }, false, false],
  [{ status: "queued", delivery_mode: "poll" }, false, true],
  [{ status: "queued", delivery_mode: 7 }, false, false],
  [undefined, false, false],
  ["text", false, false],
];
for (const [body, failed, polls] of agentAnswers) {
  Deno.test(`parseAgentAnswer() gives failed ${failed}, polls ${polls} when it is given ${JSON.stringify(body)} (D28)`, () => {
    assertEquals(parseAgentAnswer(body), { failed, polls });
  });
}

Deno.test("parsers never throw when they are given any JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (body) => {
    parseProblem(body);
    parseAgentAnswer(body);
    parseWorkspace(body);
  }));
});

Deno.test("parseRow() cuts a text that is longer than anybody wants to read", () => {
  const row = parseRow({ delegation_id: "d1", status: "failed", error: "é".repeat(300_000) });
  assertEquals(row?.error, "é".repeat(262_144));
});
