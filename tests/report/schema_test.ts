import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { CAPABILITIES, parseRuntimeReport, REPORT_FIELDS } from "../../lib/report/mod.ts";
import schema from "../../schemas/runtime_report.schema.json" with { type: "json" };

const ajv = new Ajv2020({ strict: true });
const isValid = ajv.compile(schema);

const INT32 = 2 ** 31 - 1;
const MOST = Number.MAX_SAFE_INTEGER;

/** Whether schema and parser take a text. */
function verdicts(text: string): { readonly schema: boolean; readonly parser: boolean } {
  const value: unknown = JSON.parse(text);
  return { schema: isValid(value), parser: parseRuntimeReport(text).report !== undefined };
}

/** Whole numbers within the limits and around them. */
function wholeNumber(least: number, most: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.maxSafeInteger().map((n) => Math.max(least, Math.min(n, most))) },
    { weight: 4, arbitrary: fc.constantFrom(least, least + 1, most - 1, most, 1) },
    fc.constantFrom(least - 1, most + 1, most + 2, least + 0.5, 0, -1, 1e308, -1e308),
    fc.double(),
  );
}

const GOOD_TIMES = [
  "2026-11-24T06:30:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999+23:59",
  "2026-02-31T23:59:59-00:00",
  "2026-11-24T06:30:00.0+05:30",
];

const BAD_TIMES = [
  "",
  "now",
  "1764000000",
  "2026-11-24",
  "2026-11-24T06:30:00",
  "2026-11-24T06:30Z",
  "2026-11-24 06:30:00Z",
  "2026-11-24T06:30:00z",
  "2026-11-24T06:30:00.Z",
  "2026-11-24T06:30:00+0100",
  "2026-11-24T06:30:00+24:00",
  "2026-11-24T06:30:00Z\n",
  " 2026-11-24T06:30:00Z",
  "x\n2026-11-24T06:30:00Z",
  "2026-13-24T06:30:00Z",
  "2026-00-24T06:30:00Z",
  "2026-11-32T06:30:00Z",
  "2026-11-24T24:00:00Z",
  "2026-11-24T06:60:00Z",
  "2026-11-24T06:30:60Z",
  "+12026-11-24T06:30:00Z",
  "-2026-11-24T06:30:00Z",
  "２０２６-11-24T06:30:00Z",
  "٢٠٢٦-11-24T06:30:00Z",
  "Tue, 24 Nov 2026 06:30:00 GMT",
];

/** Times of which one character was changed. */
const bentTime = fc.tuple(
  fc.constantFrom(...GOOD_TIMES),
  fc.nat(34),
  fc.constantFrom("", "0", "9", "-", ":", "T", "Z", ".", "+", "\n", " "),
).map(([time, at, character]) => time.slice(0, at) + character + time.slice(at + 1));

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "0", "true", "null"));
const time = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...GOOD_TIMES, 0, 1e11, 1764000000.25) },
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.double({ noNaN: true, min: 0, max: 1e11 }),
  fc.constantFrom(...BAD_TIMES, 1e11 + 1, -1, -0.5, -Number.MIN_VALUE, 1764000000000),
  bentTime,
);
const capabilities = fc.dictionary(
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...CAPABILITIES) }, fc.string()),
  fc.oneof({ weight: 8, arbitrary: fc.option(fc.boolean()) }, fc.jsonValue({ maxDepth: 1 })),
);

/** Each field: mostly what it takes, sometimes null, rarely anything at all. */
const fields = Object.fromEntries(
  Object.entries({
    requests_total: wholeNumber(0, MOST),
    errors_total: wholeNumber(0, MOST),
    sample_error: text,
    active_tasks: wholeNumber(0, INT32),
    current_task: text,
    wedged: text,
    capabilities,
    idle_timeout_seconds: wholeNumber(-INT32, INT32),
    monthly_spend: wholeNumber(0, MOST),
    pid: wholeNumber(1, INT32),
    updated_at: time,
  }).map(([name, right]) => [
    name,
    fc.oneof(
      { weight: 40, arbitrary: right },
      { weight: 4, arbitrary: fc.constant(null) },
      fc.constantFrom<unknown>([], {}, [1], "1", 1, true, false),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  ]),
);
const report = fc.tuple(
  fc.record(fields, { requiredKeys: [] }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
).map(([known, unknown]) => ({ ...unknown, ...known }));

Deno.test("the schema and the parser take the same reports, whatever is in them", () => {
  const counts = { taken: 0, refused: 0 };
  const value = fc.oneof({ weight: 20, arbitrary: report }, fc.jsonValue(), fc.array(report));
  fc.assert(
    fc.property(value, (value) => {
      const { schema, parser } = verdicts(JSON.stringify(value));
      counts[parser ? "taken" : "refused"]++;
      assertEquals({ schema, parser }, { schema: parser, parser });
    }),
    { numRuns: 4000 },
  );
  // Or else it would say little.
  assert(counts.taken > 400 && counts.refused > 400, JSON.stringify(counts));
});

/** A report's text, and whether it is taken. */
const EXAMPLES: readonly (readonly [text: string, isTaken: boolean])[] = [
  ["{}", true],
  ['{"requests_total": 0, "errors_total": 0}', true],
  ['{"requests_total": 9007199254740991}', true],
  ['{"requests_total": 9007199254740992}', false],
  ['{"errors_total": -1}', false],
  ['{"active_tasks": 2147483647}', true],
  ['{"active_tasks": 2147483648}', false],
  ['{"active_tasks": -0}', true],
  ['{"active_tasks": 1.0}', true],
  ['{"active_tasks": 1e3}', true],
  ['{"active_tasks": 1.5}', false],
  ['{"active_tasks": 1e400}', false],
  ['{"active_tasks": "1"}', false],
  ['{"active_tasks": true}', false],
  ['{"active_tasks": [1]}', false],
  ['{"active_tasks": 1, "active_tasks": -1}', false],
  ['{"active_tasks": -1, "active_tasks": 1}', true],
  ['{"idle_timeout_seconds": -2147483647}', true],
  ['{"idle_timeout_seconds": -2147483648}', false],
  ['{"monthly_spend": 12.5}', false],
  ['{"pid": 1}', true],
  ['{"pid": 0}', false],
  ['{"sample_error": "", "current_task": "", "wedged": ""}', true],
  ['{"sample_error": 1}', false],
  ['{"wedged": true}', false],
  ['{"wedged": false}', false],
  ['{"capabilities": {}}', true],
  ['{"capabilities": {"session": null, "retry": false, "telepathy": "strong"}}', true],
  ['{"capabilities": {"session": 1}}', false],
  ['{"capabilities": ["session"]}', false],
  ['{"capabilities": "session"}', false],
  ['{"updated_at": 0}', true],
  ['{"updated_at": 100000000000}', true],
  ['{"updated_at": 100000000000.5}', false],
  ['{"updated_at": -1}', false],
  ['{"updated_at": {}}', false],
  ['{"unknown": [1, {"active_tasks": "x"}], "constructor": 1, "toString": null}', true],
  ['{"__proto__": {"active_tasks": "x"}}', true],
  ["[]", false],
  ['[{"active_tasks": 1}]', false],
  ["null", false],
  ["1", false],
  ['"{}"', false],
  ["true", false],
  [JSON.stringify(Object.fromEntries(REPORT_FIELDS.map((name) => [name, null]))), true],
  ...GOOD_TIMES.map((time) => [JSON.stringify({ updated_at: time }), true] as const),
  ...BAD_TIMES.map((time) => [JSON.stringify({ updated_at: time }), false] as const),
];

for (const [text, isTaken] of EXAMPLES) {
  Deno.test(`the schema and the parser ${isTaken ? "take" : "refuse"} ${text}`, () => {
    assertEquals(verdicts(text), { schema: isTaken, parser: isTaken });
  });
}

Deno.test("the schema has exactly the parser's fields, and the platform's capabilities", () => {
  assertEquals(Object.keys(schema.properties), [...REPORT_FIELDS]);
  assertEquals(Object.keys(schema.properties.capabilities.properties), [...CAPABILITIES]);
});

Deno.test("the schema says of each field what the type says", async () => {
  const source = await Deno.readTextFile(
    new URL("../../lib/report/runtime_report.ts", import.meta.url),
  );
  const comments = source.matchAll(/\/\*\* (.+) \*\/\n {2}readonly (\w+)\?:/g);
  const said = [...comments].map(([, comment, name]) => [name, comment]);
  const described = Object.entries(schema.properties).map(([name, { description }]) => [
    name,
    description,
  ]);
  assertEquals(described, said);
});

Deno.test("the schema's examples are taken, and show every field", () => {
  for (const example of schema.examples) {
    assertEquals(verdicts(JSON.stringify(example)), { schema: true, parser: true });
    assertEquals(Object.keys(example), [...REPORT_FIELDS]);
  }
  assertEquals(schema.examples.length, 1);
});

Deno.test("the schema is a valid one of draft 2020-12, under its published name", () => {
  assert(ajv.validateSchema(schema), ajv.errorsText());
  assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assertEquals(
    schema.$id,
    "https://workspace-beat.molecule.ai/schemas/runtime_report.schema.json",
  );
});
