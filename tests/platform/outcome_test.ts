import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import fc from "fast-check";
import { Secrets } from "../../lib/log/mod.ts";
import type { AnswerMark } from "../../lib/platform/mod.ts";
import {
  classifyAnswer,
  classifyError,
  isUnreachable,
  lastingTrouble,
  type OutcomeKind,
} from "../../lib/platform/outcome.ts";

/** The outcome of an answer with this body: an object is sent as JSON. */
function outcomeOf(status: number, body: object | string, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return classifyAnswer({ status, headers: new Headers(headers), text });
}

const PAGE = "<!doctype html><title>Canvas</title>";

const answers: [section: string, status: number, body: object | string, kind: OutcomeKind][] = [
  ["1.1", 200, { status: "ok" }, "ok"],
  ["1.1", 200, { status: "ok", platform_inbound_secret: "s", generation: 3 }, "ok"],
  ["1.1", 204, "", "ok"],
  ["1.1", 400, { error: "invalid request body" }, "rejected"],
  ["1.1", 401, { error: "missing workspace auth token" }, "unauthorized"],
  ["1.1", 401, { error: "invalid workspace auth token" }, "unauthorized"],
  ["1.1", 500, { error: "failed to update" }, "unavailable"],
  ["1.0", 429, { error: "rate limit exceeded", retry_after: 12 }, "rate_limited"],
  ["1.0", 403, "", "misrouted"],
  ["1.0", 403, PAGE, "misrouted"],
  ["1.0", 403, "Forbidden", "misrouted"],
  ["1.0", 401, PAGE, "misrouted"],
  ["1.1", 401, "", "unauthorized"],
  ["1.0", 404, "", "misrouted"],
  ["1.0", 404, PAGE, "misrouted"],
  ["1.0", 404, "404 page not found", "misrouted"],
  ["1.0", 404, { message: "no Route matched with those values" }, "misrouted"],
  ["1.0", 404, { error: { code: 404 } }, "misrouted"],
  ["1.0", 404, "null", "misrouted"],
  ["1.0", 400, { error: "x", code: "TENANT_ORG_HEADER_REQUIRED" }, "misrouted"],
  ["1.1", 400, { error: "x", code: "SOMETHING_ELSE" }, "rejected"],
  ["1.1", 400, "", "rejected"],
  ["1.0", 200, PAGE, "misrouted"],
  ["1.0", 200, `\n  ${PAGE}`, "misrouted"],
  ["1.0", 301, "", "misrouted"],
  ["1.0", 302, PAGE, "misrouted"],
  ["1.0", 304, "", "misrouted"],
  ["1.0", 307, { error: "moved" }, "misrouted"],
  ["1.4", 404, { error: "workspace not found" }, "not_found"],
  ["1.4", 410, { id: "w", removed_at: "2026-01-01", hint: "gone" }, "gone"],
  ["1.6", 503, { error: "platform datastore unavailable", code: "x" }, "unavailable"],
  ["1.8", 200, { jsonrpc: "2.0", result: {} }, "ok"],
  ["1.8", 200, { status: "queued", delivery_mode: "poll" }, "ok"],
  ["1.8", 202, { queued: true, queue_id: "q", queue_depth: 1 }, "ok"],
  ["1.8", 400, { error: "invalid JSON" }, "rejected"],
  ["1.8", 402, { error: "workspace budget limit exceeded" }, "over_budget"],
  ["1.8", 403, { error: "invalid caller ID" }, "forbidden"],
  ["1.8", 413, { error: "too large", truncated: true, max_bytes: 1 }, "rejected"],
  ["1.8", 500, { error: "lookup failed" }, "unavailable"],
  ["1.8", 502, { error: "failed to reach workspace agent" }, "unavailable"],
  ["1.8", 502, { error: "failed to read agent response", delivery_confirmed: true }, "confirmed"],
  [
    "1.8",
    502,
    { error: "failed to read agent response", delivery_confirmed: false },
    "unavailable",
  ],
  ["1.8", 502, PAGE, "unavailable"],
  ["1.8", 503, { error: "workspace has no URL", status: "offline" }, "unavailable"],
  ["1.8", 503, { waking: true, retry_after: 15 }, "unavailable"],
  ["1.8", 503, { restarting: true }, "unavailable"],
  ["1.8", 503, { busy: true, retry_after: 30, native_session: true }, "busy"],
  ["1.8", 503, { busy: "yes" }, "unavailable"],
  ["1.8", 408, "", "unavailable"],
  ["1.8", 425, "", "unavailable"],
  ["1.8", 405, "", "rejected"],
  ["1.8", 504, "", "unavailable"],
  ["1.8", 599, "", "unavailable"],
];
for (const [section, status, body, kind] of answers) {
  const shown = typeof body === "string" ? `'${body.slice(0, 12)}'` : JSON.stringify(body);
  Deno.test(`classifyAnswer() gives '${kind}' when it is given ${status} ${shown} (contract ${section})`, () => {
    assertEquals(outcomeOf(status, body).kind, kind);
  });
}

Deno.test("classifyAnswer() gives 'ok' only when the status is 2xx (D2)", () => {
  const status = fc.integer({ min: 200, max: 599 });
  const body = fc.oneof(fc.json(), fc.string());
  fc.assert(fc.property(status, body, (status, text) => {
    const { kind } = outcomeOf(status, text);
    return kind !== "ok" || status < 300;
  }));
});

const notModified: [what: string, known: AnswerMark | undefined, kind: OutcomeKind][] = [
  ["nothing is known", undefined, "misrouted"],
  ["what is known has no name to ask by", { digest: "d", etag: undefined }, "misrouted"],
  ["it was asked whether it is the same", { digest: "d", etag: '"e"' }, "ok"],
];
for (const [what, known, kind] of notModified) {
  Deno.test(`classifyAnswer() gives '${kind}' to a 304 when ${what}`, () => {
    const answer = { status: 304, headers: new Headers(), text: "", known };
    const { isUnchanged = false, ...outcome } = classifyAnswer(answer);
    assertEquals([outcome.kind, isUnchanged], [kind, kind === "ok"]);
  });
}

Deno.test("classifyAnswer() gives the mark only of a 200 that is no page", () => {
  const mark = { digest: "d", etag: undefined };
  const marked = (status: number, text = "[]") =>
    classifyAnswer({ status, headers: new Headers(), text, mark }).mark;
  assertEquals([marked(200), marked(203), marked(200, PAGE), marked(500)], [
    mark,
    undefined,
    undefined,
    undefined,
  ]);
});

const details: [what: string, outcome: ReturnType<typeof classifyAnswer>, detail: RegExp][] = [
  [
    "the JSON names an error",
    outcomeOf(500, { error: "lookup failed" }),
    /^answered 500: lookup failed$/,
  ],
  [
    "the JSON of a 200 names an error, as an agent's does",
    outcomeOf(200, { error: "out of credits" }),
    /^answered 200: out of credits$/,
  ],
  [
    "the error has line breaks",
    outcomeOf(500, { error: "a\nb\x1b[1m" }),
    /^answered 500: a b\[1m$/,
  ],
  ["the error is no text", outcomeOf(500, { error: { a: 1 } }), /^answered 500$/],
  [
    "the answer is a redirect",
    outcomeOf(302, "", { location: "http://other/" }),
    /redirect to http:\/\/other\/, which is never followed/,
  ],
  [
    "the answer is a page (D30)",
    outcomeOf(404, PAGE),
    /\(a page\): wrong tenant or Origin header: both were sent: .+MOLECULE_ORG_ID.+address$/,
  ],
  [
    "the tenant is missing (D30)",
    outcomeOf(404, ""),
    /\(an empty answer\): wrong tenant or Origin header: /,
  ],
  [
    "the answer is a refusal without a word",
    outcomeOf(403, ""),
    /^answered 403, which did not come from the platform \(an empty answer\): wrong tenant or Origin header: /,
  ],
  [
    "the refusal of a token is a page",
    outcomeOf(401, PAGE),
    /^answered 401, which did not come from the platform \(a page\): wrong tenant or Origin header: /,
  ],
  [
    "the JSON of a 404 names no error",
    outcomeOf(404, { message: "no Route matched" }),
    /^answered 404, which did not come from the platform \(JSON of another kind\): wrong tenant or /,
  ],
  [
    "the answer is a text",
    outcomeOf(404, "404 page not found"),
    /^answered 404, which did not come from the platform \(an answer without JSON\): check the platform's address$/,
  ],
  [
    "the tenant header is asked for",
    outcomeOf(400, { error: "missing tenant routing header", code: "TENANT_ORG_HEADER_REQUIRED" }),
    /^answered 400: missing tenant routing header: wrong tenant or Origin header: both were sent/,
  ],
];
for (const [what, outcome, detail] of details) {
  Deno.test(`classifyAnswer() says so in one line when ${what}`, () => {
    assertMatch(outcome.detail, detail);
  });
}

Deno.test("classifyAnswer() quotes at most 200 characters when an error is long", () => {
  assertEquals(
    outcomeOf(500, { error: "ducks ".repeat(9000) }).detail,
    `answered 500: ${"ducks ".repeat(33).trimEnd()}`,
  );
});

Deno.test("classifyAnswer() tears no secret that a long error quotes, so that it can be masked", () => {
  const secrets = new Secrets();
  secrets.add("a-token-of-a-workspace");
  for (let before = 170; before < 210; before++) {
    const error = `${"x".repeat(before)} a-token-of-a-workspace is unknown`;
    const { detail } = outcomeOf(401, { error });
    assertFalse(secrets.mask(detail).includes("a-to"), detail);
  }
});

Deno.test("classifyAnswer() quotes nothing but the error when a failure carries a secret (D29)", () => {
  const { detail } = outcomeOf(500, { platform_inbound_secret: "hush-hush" });
  assertFalse(detail.includes("hush"));
});

const asked: [
  what: string,
  headers: Record<string, string>,
  body: object,
  seconds: number | undefined,
][] = [
  ["the header has seconds", { "retry-after": "12" }, {}, 12],
  ["only the body has them", {}, { retry_after: 15 }, 15],
  ["header and body differ", { "retry-after": "12" }, { retry_after: 15 }, 12],
  ["the header is nonsense", { "retry-after": "soon" }, { retry_after: 15 }, 15],
  ["the body's are negative", {}, { retry_after: -1 }, undefined],
  ["the body's are a text", {}, { retry_after: "15" }, undefined],
  ["there is neither", { "x-ratelimit-limit": "unlimited" }, {}, undefined],
  [
    "the header has a date: from the answer's own date on",
    { "retry-after": "Wed, 21 Oct 2015 07:28:20 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT" },
    {},
    20,
  ],
  [
    "the header's date has passed",
    { "retry-after": "Wed, 21 Oct 2015 07:28:20 GMT", "date": "Thu, 22 Oct 2015 07:28:00 GMT" },
    {},
    0,
  ],
  [
    "the answer's own date is nonsense",
    { "retry-after": "Wed, 21 Oct 2015 07:28:20 GMT", "date": "today" },
    {},
    0,
  ],
];
for (const [what, headers, body, seconds] of asked) {
  Deno.test(`classifyAnswer() gives ${seconds} s to wait when ${what} (D13)`, () => {
    assertEquals(outcomeOf(429, body, headers).retryAfterSeconds, seconds);
  });
}

Deno.test("classifyError() gives 'not_granted' when the manifest forbids the host", async () => {
  const refused = await fetch("http://not-granted.example/").catch((error) => error);
  assertEquals(classifyError(refused).kind, "not_granted");
});

Deno.test("classifyError() gives 'unreachable' when anything else was thrown", () => {
  for (
    const error of [new TypeError("connection refused"), new Deno.errors.ConnectionReset("x"), "x"]
  ) {
    assertEquals(classifyError(error).kind, "unreachable");
  }
});

Deno.test("isUnreachable() is true only when nobody answered", () => {
  const kinds: OutcomeKind[] = ["unreachable", "timed_out"];
  for (const [, , , kind] of answers) {
    assertEquals(isUnreachable({ kind, body: undefined, detail: "" }), false);
  }
  for (const kind of kinds) {
    assertEquals(isUnreachable({ kind, body: undefined, detail: "" }), true);
  }
});

const troubles: [kind: OutcomeKind, lasts: boolean][] = [
  ["rejected", true],
  ["unauthorized", true],
  ["over_budget", true],
  ["forbidden", true],
  ["not_found", true],
  ["misrouted", true],
  ["gone", true],
  ["not_granted", true],
  ["rate_limited", false],
  ["busy", false],
  ["unavailable", false],
  ["unreachable", false],
  ["timed_out", false],
  ["oversized", false],
];
for (const [kind, lasts] of troubles) {
  Deno.test(`lastingTrouble() gives ${lasts ? "the kind" : "nothing"} when the outcome is ${kind}`, () => {
    const trouble = lastingTrouble({ kind, body: undefined, detail: "" });
    assertEquals(trouble, lasts ? kind : undefined);
  });
}
