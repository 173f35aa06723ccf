import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseResultLine } from "../../lib/delegations/result_record.ts";
import { anyJson, anyText } from "./_examples.ts";

const RECORD = {
  delegation_id: "d1",
  target_id: "t1",
  source_id: "s1",
  status: "completed",
  summary: "Delegation completed",
  response_preview: "done",
  error: "",
  timestamp: 1714.5,
};

const named = (fields: Readonly<Record<string, unknown>>) =>
  parseResultLine(JSON.stringify({ delegation_id: "d1", status: "failed", ...fields }));

Deno.test("parseResultLine() gives the record that was written", () => {
  assertEquals(parseResultLine(JSON.stringify(RECORD)), RECORD);
});

Deno.test("parseResultLine() reads any text that a peer wrote", () => {
  fc.assert(fc.property(anyText, (summary) => {
    assertEquals(parseResultLine(JSON.stringify({ ...RECORD, summary })), { ...RECORD, summary });
  }));
});

const GARBAGE = [
  "",
  "rubbish",
  '{"delegation_id":"d1","status":"compl',
  "null",
  '"text"',
  "[]",
  JSON.stringify([RECORD]),
  "{}",
  '{"status":"failed"}',
  '{"delegation_id":"d1"}',
  '{"delegation_id":"","status":"failed"}',
  '{"delegation_id":"d1","status":""}',
  '{"delegation_id":1,"status":"failed"}',
  '{"delegation_id":"d1","status":null}',
  `${JSON.stringify(RECORD)}${JSON.stringify(RECORD)}`,
];

for (const line of GARBAGE) {
  Deno.test(`parseResultLine() gives undefined when the line is ${line || "empty"}`, () => {
    assertEquals(parseResultLine(line), undefined);
  });
}

for (const field of ["target_id", "source_id", "summary", "response_preview", "error"]) {
  Deno.test(`parseResultLine() gives "" when ${field} is missing or no text`, () => {
    for (const value of [undefined, null, 5, true, {}, ["a"]]) {
      assertEquals({ ...named({ [field]: value }) }, {
        delegation_id: "d1",
        target_id: "",
        source_id: "",
        status: "failed",
        summary: "",
        response_preview: "",
        error: "",
        timestamp: 0,
      });
    }
  });
}

Deno.test("parseResultLine() gives 0 when the timestamp is missing or no number", () => {
  for (const timestamp of [undefined, null, "1714.5", {}]) {
    assertEquals(named({ timestamp })?.timestamp, 0);
  }
});

Deno.test("parseResultLine() leaves out fields that it does not know", () => {
  assertEquals(parseResultLine(JSON.stringify({ ...RECORD, more: 1 })), RECORD);
});

Deno.test("parseResultLine() takes a line whose break is \\r\\n", () => {
  assertEquals(parseResultLine(`${JSON.stringify(RECORD)}\r`), RECORD);
});

Deno.test("parseResultLine() never throws, and gives text fields, whatever the JSON is", () => {
  fc.assert(fc.property(anyJson, anyText, (json, text) => {
    assertEquals(parseResultLine(`${JSON.stringify(json)}}`), undefined);
    parseResultLine(text);
    const record = named({ summary: json, error: json });
    assertEquals([typeof record?.summary, typeof record?.error], ["string", "string"]);
  }));
});
