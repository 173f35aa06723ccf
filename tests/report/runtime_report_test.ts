import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  CAPABILITIES,
  checkedReport,
  isReportField,
  parseRuntimeReport,
  REPORT_FIELDS,
  type RuntimeReport,
} from "../../lib/report/mod.ts";
import { declaredCapabilities, writtenAt } from "../../lib/report/runtime_report.ts";

const COUNT = "a whole number from 0 to 9007199254740991";
const INT32 = "a whole number from 0 to 2147483647";
const MOMENT = "an RFC 3339 time with its zone, such as 2026-11-24T06:30:00Z, or epoch seconds";

/** A text that is no report, and what is said of it. */
const PROBLEMS: readonly (readonly [text: string, problem: string])[] = [
  ["", "expected one JSON object: it is empty"],
  [" \n\t", "expected one JSON object: it is empty"],
  ['{"active_tasks": 1', "expected one JSON object: it is no JSON, or a part of it"],
  ['{"sample_error": "hunter2', "expected one JSON object: it is no JSON, or a part of it"],
  ["active_tasks: hunter2", "expected one JSON object: it is no JSON, or a part of it"],
  [
    '{"active_tasks": 1}{"active_tasks": 2}',
    "expected one JSON object: it is no JSON, or a part of it",
  ],
  ['{"active_tasks": NaN}', "expected one JSON object: it is no JSON, or a part of it"],
  ["null", "expected one JSON object: current value is null"],
  ["7", "expected one JSON object: current value is 7"],
  ["true", "expected one JSON object: current value is true"],
  ['"hunter2"', "expected one JSON object: current value is text of 7 characters"],
  ['["hunter2"]', "expected one JSON object: current value is a list"],
  ['{"requests_total": -1}', `'requests_total': expected ${COUNT}: current value is -1`],
  [
    '{"requests_total": 9007199254740992}',
    `'requests_total': expected ${COUNT}: current value is 9007199254740992`,
  ],
  ['{"errors_total": 0.5}', `'errors_total': expected ${COUNT}: current value is 0.5`],
  [
    '{"errors_total": "1"}',
    `'errors_total': expected ${COUNT}: current value is text of 1 character`,
  ],
  ['{"sample_error": 7}', "'sample_error': expected text: current value is 7"],
  ['{"sample_error": ["hunter2"]}', "'sample_error': expected text: current value is a list"],
  [
    '{"active_tasks": 2147483648}',
    `'active_tasks': expected ${INT32}: current value is 2147483648`,
  ],
  ['{"active_tasks": 1e999}', `'active_tasks': expected ${INT32}: current value is Infinity`],
  [
    '{"active_tasks": "hunter2"}',
    `'active_tasks': expected ${INT32}: current value is text of 7 characters`,
  ],
  [
    '{"active_tasks": {"hunter2": 1}}',
    `'active_tasks': expected ${INT32}: current value is an object`,
  ],
  ['{"current_task": true}', "'current_task': expected text: current value is true"],
  ['{"wedged": false}', "'wedged': expected text: current value is false"],
  [
    '{"capabilities": ["session"]}',
    "'capabilities': expected an object of booleans: current value is a list",
  ],
  [
    '{"capabilities": "hunter2"}',
    "'capabilities': expected an object of booleans: current value is text of 7 characters",
  ],
  [
    '{"capabilities": {"session": 1}}',
    "'capabilities.session': expected true or false: current value is 1",
  ],
  [
    '{"capabilities": {"retry": "hunter2"}}',
    "'capabilities.retry': expected true or false: current value is text of 7 characters",
  ],
  [
    '{"idle_timeout_seconds": -2147483648}',
    "'idle_timeout_seconds': expected a whole number from -2147483647 to 2147483647: current value is -2147483648",
  ],
  ['{"monthly_spend": 12.34}', `'monthly_spend': expected ${COUNT}: current value is 12.34`],
  ['{"pid": 0}', "'pid': expected a whole number from 1 to 2147483647: current value is 0"],
  ['{"updated_at": true}', `'updated_at': expected ${MOMENT}: current value is true`],
  [
    '{"updated_at": "hunter2"}',
    `'updated_at': expected ${MOMENT}: current value is text of 7 characters`,
  ],
  [
    '{"updated_at": "2026-11-24T06:30:00"}',
    `'updated_at': expected ${MOMENT}: current value is text of 19 characters`,
  ],
  ['{"updated_at": -1}', `'updated_at': expected ${MOMENT}: current value is -1`],
  [
    '{"updated_at": 1764000000000}',
    `'updated_at': expected ${MOMENT}: current value is 1764000000000`,
  ],
  ['{"pid": 0, "active_tasks": -1}', `'active_tasks': expected ${INT32}: current value is -1`],
];

for (const [text, problem] of PROBLEMS) {
  Deno.test(`parseRuntimeReport() says what is wrong with ${JSON.stringify(text)}`, () => {
    assertEquals(parseRuntimeReport(text), { problem });
  });
}

Deno.test("parseRuntimeReport() reads a text that begins with a byte order mark, as .NET writes it", () => {
  assertEquals(parseRuntimeReport('\ufeff{"active_tasks": 1}').report, { active_tasks: 1 });
});

Deno.test("parseRuntimeReport() quotes no text, on one short line, whatever is wrong", () => {
  const marked = "hunter2\n\u001b[31m".repeat(500);
  const value = fc.oneof(
    fc.constantFrom<unknown>(marked, [marked], { [marked]: marked }, 1e308, -1.5, true),
    fc.jsonValue(),
  );
  // Few, since only the first field that is wrong is named.
  const report = fc.dictionary(fc.constantFrom(...REPORT_FIELDS, marked), value, { maxKeys: 2 });
  fc.assert(
    fc.property(fc.oneof(report, value), (value) => {
      const { problem } = parseRuntimeReport(JSON.stringify(value));
      if (problem === undefined) return;
      assertMatch(problem, /^('[a-z_.]+': )?expected [\x20-\x7e]{1,200}$/);
      assert(!problem.includes("hunter2"), problem);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseRuntimeReport() gives what the text says, with the fields that are not known", () => {
  const report = {
    mood: { fine: [1, "x"] },
    requests_total: 2,
    sample_error: null,
    capabilities: { session: true, telepathy: "strong" },
    updated_at: 1764000000.5,
  };
  assertEquals<unknown>(parseRuntimeReport(JSON.stringify(report)), { report });
});

Deno.test("parseRuntimeReport() lets no value past the checks when a key is __proto__", () => {
  for (
    const text of [
      '{"__proto__": {"active_tasks": "x", "requests_total": -1}}',
      '{"capabilities": {"__proto__": {"session": "x", "active_tasks": "x"}}}',
      '{"constructor": {"prototype": {"active_tasks": "x"}}}',
    ]
  ) {
    const { report } = parseRuntimeReport(text);
    assert(report !== undefined);
    assertEquals(Object.getPrototypeOf(report), Object.prototype);
    assertEquals([report.active_tasks, report.requests_total], [undefined, undefined]);
    assertEquals(report.capabilities?.session, undefined);
    assertEquals(Object.hasOwn(Object.prototype, "active_tasks"), false);
  }
});

/** 64 KiB that are no sensible report. */
const GARBAGE: readonly (readonly [what: string, text: string])[] = [
  ["lists in lists", "[".repeat(32 * 1024) + "]".repeat(32 * 1024)],
  ["objects in objects", '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)],
  ["an object that never ends", '{"a":'.repeat(13_000)],
  ["one long number", "9".repeat(64 * 1024)],
  ["one long name", `{"${"x".repeat(64 * 1000)}": 1}`],
  [
    "many fields",
    JSON.stringify(Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [n, n]))),
  ],
  ["NUL", "\0".repeat(64 * 1024)],
  ["half of each pair", "\ud800".repeat(32 * 1024)],
];

for (const [what, text] of GARBAGE) {
  Deno.test(`parseRuntimeReport() does not throw when it is given ${what}`, () => {
    const { report, problem } = parseRuntimeReport(text);
    assertEquals((report === undefined) !== (problem === undefined), true);
    assert((problem ?? "").length < 200, problem);
  });
}

Deno.test("parseRuntimeReport() does not throw, whatever the text", () => {
  const part = fc.constantFrom(
    ...["{", "}", "[", "]", ":", ",", '"', "\\", "null", "1", "-", "e", " ", "\0", "\ufeff"],
    ...REPORT_FIELDS.map((name) => `"${name}"`),
  );
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.array(part).map((all) => all.join("")));
  fc.assert(fc.property(text, (text) => {
    parseRuntimeReport(text);
  }));
});

Deno.test("checkedReport() takes again what it has given", () => {
  const report = { active_tasks: 1, wedged: null, mood: "fine" };
  const first = checkedReport(report);
  assertEquals<unknown>(first, { report });
  assertEquals(checkedReport(first.report), first);
});

Deno.test("isReportField() knows exactly REPORT_FIELDS, and nothing that every object has", () => {
  assertEquals(REPORT_FIELDS.map(isReportField), REPORT_FIELDS.map(() => true));
  for (
    const name of ["", "mood", "toString", "__proto__", "ACTIVE_TASKS", "capabilities.session"]
  ) {
    assertEquals(isReportField(name), false, name);
  }
});

/** When a report says that it was written, and what that is in epoch milliseconds. */
const MOMENTS: readonly (readonly [RuntimeReport["updated_at"], number | undefined])[] = [
  [undefined, undefined],
  [null, undefined],
  [0, 0],
  [1764000000, 1764000000000],
  [1764000000.25, 1764000000250],
  ["1970-01-01T00:00:01Z", 1000],
  ["1970-01-01T01:00:00.5+01:00", 500],
  ["1969-12-31T19:00:00-05:00", 0],
];

Deno.test("writtenAt() gives epoch milliseconds, or undefined when the report does not say", () => {
  for (const [updated_at, expected] of MOMENTS) assertEquals(writtenAt({ updated_at }), expected);
});

Deno.test("writtenAt() knows the time of each report that is taken", () => {
  const digits = (from: number, to: number) =>
    fc.integer({ min: from, max: to }).map((number) => `${number}`.padStart(2, "0"));
  const zone = fc.tuple(fc.constantFrom("+", "-"), digits(0, 23), digits(0, 59));
  const text = fc.tuple(
    fc.integer({ min: 0, max: 9999 }).map((year) => `${year}`.padStart(4, "0")),
    ...[digits(1, 12), digits(1, 31), digits(0, 23), digits(0, 59), digits(0, 59)],
    fc.option(fc.stringMatching(/^\.\d{1,20}$/), { nil: "" }),
    fc.option(zone.map(([sign, hour, minute]) => `${sign}${hour}:${minute}`), { nil: "Z" }),
  ).map(([y, mo, d, h, mi, s, part, zone]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${part}${zone}`);
  const moment = fc.oneof(text, fc.double({ min: 0, max: 1e11, noNaN: true }));
  fc.assert(fc.property(moment, (updated_at) => {
    const { report } = parseRuntimeReport(JSON.stringify({ updated_at }));
    assert(report !== undefined && Number.isFinite(writtenAt(report)));
  }));
});

Deno.test("declaredCapabilities() gives those that are true, in the platform's order", () => {
  const given: readonly (readonly [RuntimeReport, readonly string[]])[] = [
    [{}, []],
    [{ capabilities: null }, []],
    [{ capabilities: {} }, []],
    [{ capabilities: { session: true, heartbeat: true, retry: false, scheduler: null } }, [
      "heartbeat",
      "session",
    ]],
    [{ capabilities: Object.fromEntries(CAPABILITIES.map((name) => [name, true])) }, CAPABILITIES],
  ];
  for (const [report, expected] of given) assertEquals(declaredCapabilities(report), expected);
});

Deno.test("declaredCapabilities() passes over names that the platform does not have", () => {
  const { report } = parseRuntimeReport('{"capabilities": {"telepathy": true, "session": true}}');
  assert(report !== undefined);
  assertEquals(declaredCapabilities(report), ["session"]);
});
