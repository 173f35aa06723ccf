import fc from "fast-check";
import { REPORTED_STATUSES, type Result } from "../../lib/delegations/result.ts";

/** The workspace that the examples are about. */
export const OWN_ID = "3f2b8f54-0c0e-4f4e-9d53-1b9a4b6f0a01";
/** Another one. */
export const OTHER_ID = "9c5a1f77-52b1-4b0c-8a51-0d7c2f9e0b02";

/** A result, with what matters to the test. */
export function exampleResult(result: Partial<Result> = {}): Result {
  return {
    delegationId: "d1",
    targetId: OTHER_ID,
    sourceId: OWN_ID,
    status: "completed",
    summary: "Delegation completed (done)",
    responsePreview: "done",
    error: "",
    changedAt: Date.UTC(2026, 4, 3),
    ...result,
  };
}

/** A row of a listing, with what matters to the test. */
export function exampleRow(row: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: "a3d1c0de-0000-4000-8000-000000000000",
    type: "delegation",
    delegation_id: "d1",
    source_id: OWN_ID,
    target_id: OTHER_ID,
    summary: "Delegation completed (done)",
    status: "completed",
    response_preview: "done",
    created_at: "2026-05-03T00:00:00Z",
    ...row,
  };
}

/** A row of the newer ledger (contract 3.3), with what matters to the test. */
export function exampleLedgerRow(
  row: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    delegation_id: "d1",
    source_id: OWN_ID,
    target_id: OTHER_ID,
    direction: "sent",
    summary: "Dig a hole",
    status: "completed",
    created_at: "2026-05-02T00:00:00Z",
    updated_at: "2026-05-03T00:00:00Z",
    _ledger: true,
    response_preview: "done",
    last_heartbeat: "2026-05-02T23:59:00Z",
    deadline: "2026-05-03T06:00:00Z",
    ...row,
  };
}

/** Any text: every UTF-16 unit, so that lone surrogates, controls and separators are among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 120 })
    .map((units) => String.fromCharCode(...units)),
  fc.array(
    fc.constantFrom(
      "a",
      " ",
      "\n",
      "\r\n",
      "\0",
      "\u2028",
      "\u202e",
      "\u200b",
      "\ufeff",
      "\ud800",
      "é",
      "漢",
      "🦊",
    ),
    { maxLength: 250 },
  ).map((parts) => parts.join("")),
);

/** Any result. */
export const anyResult: fc.Arbitrary<Result> = fc.record({
  delegationId: anyText.filter((id) => id !== ""),
  targetId: anyText,
  sourceId: fc.constant(OWN_ID),
  status: fc.constantFrom(...REPORTED_STATUSES),
  summary: anyText,
  responsePreview: anyText,
  error: anyText,
  changedAt: fc.option(fc.nat(), { nil: undefined }),
});

/** Anything that JSON can hold. */
export const anyJson: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 4 });
