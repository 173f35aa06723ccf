import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseStatus } from "../../lib/status/mod.ts";
import schema from "../../schemas/status.schema.json" with { type: "json" };
import { exampleStatus, REFUSED } from "./_statuses.ts";

const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** Whether schema and parser take a value. */
function verdicts(value: unknown): { readonly schema: boolean; readonly parser: boolean } {
  const parsed = parseStatus(JSON.stringify(value));
  return { schema: isValid(value), parser: parsed.kind === "status" };
}

const COMPLETE = exampleStatus({
  state: "stopped",
  ended: { at: "2026-05-01T12:00:00.000Z", exit_code: 77, reason: "the workspace was removed" },
  next_beat: "2026-05-01T12:00:30.000Z",
  outage_since: "2026-05-01T11:59:00.000Z",
  last_outcome: REFUSED,
  platform_clock_offset_seconds: -3.5,
  token: { source: "file", changed_at: "2026-04-01T00:00:00.000Z" },
  journal_bytes: 79,
});

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, place: readonly string[] = []): readonly string[][] {
  if (typeof value !== "object" || value === null) return [[...place]];
  const below = Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...place, key]));
  return place.length === 0 ? below : [[...place], ...below];
}

/** The value with something else in one place; without it where that is undefined. */
function withOther(
  value: unknown,
  [key = "", ...rest]: readonly string[],
  other: unknown,
): unknown {
  const copy: Record<string, unknown> = { ...Object(value) };
  const inner = rest.length === 0 ? other : withOther(copy[key], rest, other);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}

const OTHERS: readonly unknown[] = [
  undefined,
  null,
  "",
  "running",
  "2026-05-01T12:00:00.000Z",
  "2026-05-01T12:00:00Z",
  "2026-13-01T12:00:00.000Z",
  "2026-05-32T12:00:00.000Z",
  "2026-05-01T24:00:00.000Z",
  "2026-05-01T12:60:00.000Z",
  "2026-05-01",
  0,
  -1,
  0.5,
  2 ** 53,
  255,
  256,
  true,
  [],
  {},
];

Deno.test("schemas/status.schema.json and parseStatus() take a whole status", () => {
  assertEquals(verdicts(COMPLETE), { schema: true, parser: true });
  assertEquals(verdicts(exampleStatus()), { schema: true, parser: true });
});

Deno.test("schemas/status.schema.json and parseStatus() take the same values in every place", () => {
  const places = placesIn(COMPLETE);
  assert(places.length > 50);
  for (const place of places) {
    for (const other of OTHERS) {
      const { parser, schema } = verdicts(withOther(COMPLETE, place, other));
      assertEquals(parser, schema, `${place.join(".")}: ${JSON.stringify(other)}`);
    }
  }
});

Deno.test("parseStatus() takes no moment that no clock shows, which would be of no age", () => {
  for (const written_at of ["2026-13-01T12:00:00.000Z", "2026-05-01T12:00:60.000Z"]) {
    assertEquals(parseStatus(JSON.stringify(exampleStatus({ written_at }))).kind, "torn");
  }
});

Deno.test("schemas/status.schema.json and parseStatus() ignore what they do not know", () => {
  for (const place of [["more"], ["token", "more"], ["beats", "more"]]) {
    assertEquals(verdicts(withOther(COMPLETE, place, 1)), { schema: true, parser: true });
  }
});

Deno.test("schemas/status.schema.json says what each field is", () => {
  const plain = ["workspace_id", "platform_url", "results"];
  for (const [name, field] of Object.entries(schema.properties)) {
    if (!plain.includes(name)) assert("description" in field, name);
  }
});
