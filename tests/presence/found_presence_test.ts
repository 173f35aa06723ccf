import { assertEquals, assertMatch } from "@std/assert";
import { classifyAnswer, type Outcome, timedOut } from "../../lib/platform/outcome.ts";
import { type FoundPresence, foundPresence } from "../../lib/presence/mod.ts";

/** What became of a request that was answered so: an object is sent as JSON. */
function answered(status: number, body: object | string): Outcome {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = new Headers({ location: "https://login.test/" });
  return classifyAnswer({ status, headers, text });
}

const REMOVED = { id: "w", name: "Ducks", status: "removed", parent_id: null };

const told: [what: string, outcome: Outcome, found: FoundPresence][] = [
  [
    "404 with JSON (contract 1.4)",
    answered(404, { error: "workspace not found" }),
    { kind: "unknown_to_platform", detail: "answered 404: workspace not found", hint: "" },
  ],
  [
    "404 with JSON and a hint",
    answered(404, { error: "no", hint: "ask ops", removed_at: "today" }),
    { kind: "unknown_to_platform", detail: "answered 404: no, removed at today", hint: "ask ops" },
  ],
  [
    "410 (contract 1.4, 7 #135)",
    answered(410, {
      error: "workspace removed",
      id: "w",
      removed_at: "2026-06-01T10:00:00Z",
      hint: "restore it within 30 days",
    }),
    {
      kind: "removed",
      detail: "answered 410: workspace removed, removed at 2026-06-01T10:00:00Z",
      hint: "restore it within 30 days",
    },
  ],
  [
    "410 without a time (contract 7 #138)",
    answered(410, { hint: "make another." }),
    { kind: "removed", detail: "answered 410", hint: "make another" },
  ],
  [
    "410 whose body is null (contract 7 #137)",
    answered(410, "null"),
    { kind: "removed", detail: "answered 410", hint: "" },
  ],
  [
    "410 without any body (contract 7 #136)",
    answered(410, ""),
    { kind: "removed", detail: "answered 410", hint: "" },
  ],
  [
    "410 whose words are none",
    answered(410, { hint: 7, removed_at: {} }),
    { kind: "removed", detail: "answered 410", hint: "" },
  ],
  [
    "200 and removed",
    answered(200, REMOVED),
    { kind: "removed", detail: "its status is removed", hint: "" },
  ],
  [
    "200 and removed, with a hint",
    answered(200, { ...REMOVED, removed_at: "now", hint: "restore it" }),
    { kind: "removed", detail: "its status is removed, removed at now", hint: "restore it" },
  ],
];
for (const [what, outcome, found] of told) {
  Deno.test(`foundPresence() gives '${found.kind}' when the answer is ${what}`, () => {
    assertEquals(foundPresence(outcome), found);
  });
}

const statuses: [status: string, kind: "present" | "resting"][] = [
  ["online", "present"],
  ["offline", "present"],
  ["provisioning", "present"],
  ["degraded", "present"],
  ["failed", "present"],
  ["awaiting_agent", "present"],
  ["a word of the future", "present"],
  ["Removed", "present"],
  ["paused", "resting"],
  ["hibernated", "resting"],
  ["hibernating", "resting"],
];
for (const [status, kind] of statuses) {
  Deno.test(`foundPresence() gives '${kind}' when the status is '${status}' (contract 2)`, () => {
    assertEquals(foundPresence(answered(200, { ...REMOVED, status })), { kind, status });
  });
}

const untold: [what: string, outcome: Outcome, detail: RegExp][] = [
  ["an empty 404 (contract 1.0)", answered(404, ""), /^answered 404.+wrong tenant or Origin/],
  ["404 with a page (contract 1.0)", answered(404, "<html>"), /a page.+wrong tenant or Origin/],
  ["200 with a page (contract 1.0)", answered(200, "<html>"), /a page.+wrong tenant or Origin/],
  [
    "400 for want of a tenant (contract 1.0)",
    answered(400, { error: "missing", code: "TENANT_ORG_HEADER_REQUIRED" }),
    /^answered 400: missing: wrong tenant or Origin/,
  ],
  ["400 (contract 1.4)", answered(400, { error: "invalid workspace ID" }), /invalid workspace ID$/],
  ["a redirect", answered(302, ""), /a redirect to https:\/\/login\.test\//],
  ["401", answered(401, { error: "no" }), /^answered 401: no$/],
  ["401 with a page", answered(401, "<html>"), /^answered 401.+a page.+wrong tenant or Origin/],
  ["an empty 403", answered(403, ""), /^answered 403.+an empty answer.+wrong tenant or Origin/],
  ["403", answered(403, { error: "no" }), /^answered 403: no$/],
  [
    "404 with JSON whose error is no text",
    answered(404, { error: { code: 5 } }),
    /^answered 404.+JSON of another kind.+wrong tenant or Origin/,
  ],
  ["429", answered(429, ""), /^answered 429$/],
  ["500 (contract 1.4)", answered(500, { error: "query failed" }), /^answered 500: query failed$/],
  ["500 of a workspace that says removed", answered(500, REMOVED), /^answered 500$/],
  ["none", timedOut(10_000), /^no whole answer within 10 s$/],
  ["200 with a list", answered(200, "[]"), /^answered with something else than a workspace$/],
  ["200 with null", answered(200, "null"), /something else than a workspace$/],
  ["200 without a body", answered(200, ""), /something else than a workspace$/],
  ["200 without a status", answered(200, { id: "w" }), /something else than a workspace$/],
  ["200 whose status is empty", answered(200, { status: "" }), /something else than a workspace$/],
  ["200 whose status is no text", answered(200, { status: 7 }), /something else than a workspace$/],
];
for (const [what, outcome, detail] of untold) {
  Deno.test(`foundPresence() gives 'not_told', and why, when the answer is ${what}`, () => {
    const found = foundPresence(outcome);
    assertEquals(found.kind, "not_told");
    assertMatch("detail" in found ? found.detail : "", detail);
  });
}

Deno.test("foundPresence() makes what the platform says harmless on one line", () => {
  const evil = "restore\n\u202eit\u0007 ERROR\x1b[2J";
  for (const status of [404, 410]) {
    const found = foundPresence(answered(status, { error: evil, hint: evil, removed_at: evil }));
    assertEquals(found, {
      kind: status === 410 ? "removed" : "unknown_to_platform",
      detail: `answered ${status}: restore it ERROR[2J, removed at restore it ERROR[2J`,
      hint: "restore it ERROR[2J",
    });
  }
  assertEquals(foundPresence(answered(200, { status: "on\nline\x1b" })), {
    kind: "present",
    status: "on line",
  });
});

Deno.test("foundPresence() shows at most 300 characters of a hint, and 64 of a time", () => {
  const found = foundPresence(
    answered(410, { hint: "h".repeat(100_000), removed_at: "t".repeat(100_000) }),
  );
  assertEquals(found, {
    kind: "removed",
    detail: `answered 410, removed at ${"t".repeat(64)}`,
    hint: "h".repeat(300),
  });
});
