import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isBare, readListing } from "../../lib/delegations/rows.ts";
import { resultKey } from "../../lib/delegations/result.ts";
import { anyJson, anyText, exampleResult, exampleRow, OTHER_ID, OWN_ID } from "./_examples.ts";

/** Values for the fields of a row: sound ones, and whatever else a platform may come up with. */
const anyField = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("completed", "failed", "d1", "d2", "", OWN_ID, "sent") },
  anyText,
  anyJson,
);
const anyTime = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const anyRow = fc.oneof(
  anyJson,
  fc.record({
    delegation_id: anyField,
    source_id: fc.oneof(fc.constantFrom(OWN_ID, OTHER_ID, ""), anyField),
    target_id: anyField,
    status: anyField,
    summary: anyField,
    response_preview: anyField,
    error: anyField,
    direction: fc.oneof(fc.constantFrom("sent", "received"), anyField),
    created_at: fc.oneof(anyTime, anyField),
    updated_at: fc.oneof(anyTime, anyField),
  }, { requiredKeys: [] }),
);
const ownRow = fc.record({
  delegation_id: fc.constantFrom("d1", "d2", "d3"),
  source_id: fc.constant(OWN_ID),
  target_id: anyField,
  status: fc.constantFrom("completed", "failed"),
  summary: anyField,
  response_preview: anyField,
  error: anyField,
  created_at: fc.oneof(anyTime, anyField),
});
const foreignRow = fc.record({
  delegation_id: fc.constantFrom("d1", "d2", "d3"),
  source_id: fc.constantFrom(OTHER_ID, "", "*"),
  status: fc.constantFrom("completed", "failed", "queued"),
  summary: anyField,
});
const receivedRow = fc.record({
  delegation_id: fc.constantFrom("d1", "d2", "d3"),
  source_id: fc.constantFrom(OWN_ID, OTHER_ID),
  direction: fc.constant("received"),
  status: fc.constantFrom("completed", "failed"),
  response_preview: anyField,
});
const malformedRow = fc.oneof(
  fc.constantFrom(null, true, 0, "row", [], [{ delegation_id: "d1" }]),
  fc.record({ delegation_id: fc.constantFrom(7, {}, [], true, "x".repeat(257)) }),
  fc.record({ delegation_id: fc.constant("d1"), status: fc.constantFrom(7, {}, [], true) }),
  fc.record({ delegation_id: fc.constant("d1"), source_id: fc.constantFrom(7, {}, [], false) }),
);

/** Puts rows between other rows, wherever the places say. */
const mixed = (own: fc.Arbitrary<unknown>, other: fc.Arbitrary<unknown>) =>
  fc.array(fc.tuple(fc.boolean(), own, other), { maxLength: 20 }).map((pairs) => ({
    own: pairs.filter(([isOwn]) => isOwn).map(([, row]) => row),
    all: pairs.map(([isOwn, row, neighbour]) => isOwn ? row : neighbour),
  }));

Deno.test("readListing() gives whole results of our own, once each, when rows are arbitrary JSON (D9, D10)", () => {
  fc.assert(fc.property(fc.array(anyRow), (rows) => {
    const { results } = readListing(rows, OWN_ID);
    for (const result of results) {
      const { changedAt, ...texts } = result;
      assertEquals(Object.values(texts).map((value) => typeof value), Array(7).fill("string"));
      assert(changedAt === undefined || Number.isFinite(changedAt) && changedAt >= 0);
      assertEquals(result.sourceId, OWN_ID);
      assert(result.delegationId !== "");
    }
    assertEquals(new Set(results.map(resultKey)).size, results.length);
  }));
});

Deno.test("readListing() gives every terminal row of our own when its neighbours are arbitrary JSON", () => {
  fc.assert(fc.property(mixed(ownRow, anyRow), ({ own, all }) => {
    const keys = readListing(all, OWN_ID).results.map(resultKey);
    for (const key of readListing(own, OWN_ID).results.map(resultKey)) assert(keys.includes(key));
    for (const row of own) assert(readListing([row], OWN_ID).results.length === 1);
  }));
});

Deno.test("readListing() gives the same results when malformed rows are among them (D9)", () => {
  fc.assert(fc.property(mixed(ownRow, malformedRow), ({ own, all }) => {
    const listing = readListing(all, OWN_ID);
    assertEquals(listing.results, readListing(own, OWN_ID).results);
    assertEquals(listing.malformed, all.length - own.length);
  }));
});

Deno.test("readListing() gives the same results when foreign rows have their ids (D14)", () => {
  fc.assert(fc.property(mixed(ownRow, foreignRow), ({ own, all }) => {
    const listing = readListing(all, OWN_ID);
    assertEquals(listing.results, readListing(own, OWN_ID).results);
    assertEquals(listing.foreign.length, all.length - own.length);
  }));
});

Deno.test("readListing() says nothing of received rows, whoever sent them (D14)", () => {
  fc.assert(fc.property(mixed(ownRow, receivedRow), ({ own, all }) => {
    assertEquals(readListing(all, OWN_ID), readListing(own, OWN_ID));
  }));
});

Deno.test("readListing() survives a text that is nested a hundred thousand deep", () => {
  const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  const { results } = readListing([
    exampleRow({ summary: deep }),
    exampleRow({ delegation_id: "d2" }),
  ], OWN_ID);
  assertEquals(results.map(({ delegationId }) => delegationId), ["d2", "d1"]);
});

Deno.test("readListing() gives the oldest result first", () => {
  const rows = ["d3", "d2", "d1"].map((delegation_id) => exampleRow({ delegation_id }));
  const { results } = readListing(rows, OWN_ID);
  assertEquals(results.map(({ delegationId }) => delegationId), ["d1", "d2", "d3"]);
});

Deno.test("readListing() merges the two rows of a delegation, in either order, also of one instant (D25)", () => {
  const delegate = exampleRow({
    summary: `Delegating to ${OTHER_ID}`,
    response_preview: undefined,
  });
  const reply = exampleRow({ target_id: "" });
  for (const rows of [[reply, delegate], [delegate, reply]]) {
    assertEquals(readListing(rows, OWN_ID).results, [exampleResult()]);
  }
});

Deno.test("readListing() keeps a text that only one of the two rows has", () => {
  for (const text of ["target_id", "summary", "error"]) {
    const whole = exampleRow({ status: "failed", error: "out of budget" });
    const lacking = { ...whole, [text]: "" };
    const { results } = readListing([whole], OWN_ID);
    for (const rows of [[lacking, whole], [whole, lacking]]) {
      assertEquals(readListing(rows, OWN_ID).results, results, text);
    }
  }
});

Deno.test("readListing() gives both outcomes when a delegation failed and completed after a retry", () => {
  const rows = [exampleRow(), exampleRow({ status: "failed", error: "no" })];
  const { results } = readListing(rows, OWN_ID);
  assertEquals(results.map(({ status }) => status), ["failed", "completed"]);
});

Deno.test("readListing() passes over rows that have not ended, or name no delegation", () => {
  const statuses = [
    "pending",
    "dispatched",
    "queued",
    "in_progress",
    "delivered",
    "",
    "Completed",
    "received",
  ];
  const rows = [
    ...statuses.map((status, index) =>
      exampleRow({ delegation_id: `d${index}`, status, created_at: undefined })
    ),
    exampleRow({ delegation_id: undefined, status: "failed" }),
    exampleRow({ delegation_id: "", status: "failed", source_id: OTHER_ID }),
  ];
  assertEquals(readListing(rows, OWN_ID), { results: [], queued: [], foreign: [], malformed: 0 });
});

Deno.test("readListing() takes a source for ours when only the case of its UUID differs", () => {
  const table: [sourceId: string, workspaceId: string, isOurs: boolean][] = [
    [OWN_ID.toUpperCase(), OWN_ID, true],
    [OWN_ID, OWN_ID.toUpperCase(), true],
    ["Agent", "agent", false],
    ["agent", "agent", true],
    ["", OWN_ID, false],
    [` ${OWN_ID}`, OWN_ID, false],
  ];
  for (const [source_id, workspaceId, isOurs] of table) {
    const { results, foreign } = readListing([exampleRow({ source_id })], workspaceId);
    assertEquals([results.length, foreign.length], isOurs ? [1, 0] : [0, 1], source_id);
  }
});

Deno.test("readListing() turns null and numbers into text (D10)", () => {
  const row = exampleRow({
    summary: null,
    response_preview: 42,
    error: { code: 1 },
    target_id: null,
  });
  assertEquals(readListing([row], OWN_ID).results, [
    exampleResult({ summary: "", responsePreview: "42", error: '{"code":1}', targetId: "" }),
  ]);
});

Deno.test("isBare() is true only for a completed result without a reply", () => {
  assert(isBare(exampleResult({ responsePreview: "" })));
  assert(!isBare(exampleResult()));
  assert(!isBare(exampleResult({ status: "failed", responsePreview: "" })));
});
