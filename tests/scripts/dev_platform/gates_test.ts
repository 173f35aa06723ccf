import { assertEquals } from "@std/assert";
import { type Dialect, startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { call } from "./_client.ts";

Deno.test("health answers 200 when nothing is wrong", async () => {
  await using platform = await startDevPlatform();
  const { status, body, headers } = await call(platform, "GET /health");
  assertEquals([status, body], [200, { status: "ok" }]);
  assertEquals(headers.get("x-ratelimit-limit"), "unlimited");
});

const unknown = [
  "GET /",
  "GET /nope",
  "GET /registry/heartbeat",
  "POST //registry/heartbeat",
  "POST /registry//heartbeat",
  "POST /registry/heartbeat/",
  "GET /workspaces",
];
for (const request of unknown) {
  Deno.test(`the platform answers 404 as gin does when the request is ${request}`, async () => {
    await using platform = await startDevPlatform();
    const { status, text } = await call(platform, request);
    assertEquals([status, text], [404, "404 page not found"]);
    assertEquals(platform.requests.map(({ route }) => route), ["other"]);
  });
}

Deno.test("the platform answers 429 until the window ends when there are too many requests", async () => {
  let now = 0;
  await using platform = await startDevPlatform({ rateLimit: 2, now: () => now });
  const limits = (headers: Headers) =>
    ["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`));
  assertEquals(limits((await call(platform, "GET /health")).headers), ["2", "1", "60"]);
  now = 20_500;
  assertEquals(limits((await call(platform, "GET /health")).headers), ["2", "0", "40"]);
  const refused = await call(platform, "GET /health");
  assertEquals(refused.status, 429);
  assertEquals(refused.body, { error: "rate limit exceeded", retry_after: 40 });
  assertEquals(refused.headers.get("retry-after"), "40");
  assertEquals(limits(refused.headers), ["2", "0", "40"]);
  platform.advance(39_500);
  assertEquals((await call(platform, "GET /health")).status, 200);
});

/** What a request without the tenant's header is answered with. */
const TENANT_MISSING: Readonly<Record<Dialect, [status: number, text: string]>> = {
  "2026-04": [404, ""],
  "2026-06": [
    400,
    JSON.stringify({
      error: "missing tenant routing header",
      code: "TENANT_ORG_HEADER_REQUIRED",
      required_header: "X-Molecule-Org-Id",
      detail: "Requests to a tenant name it in X-Molecule-Org-Id.",
    }),
  ],
};

eachDialect.test("the platform turns a request away when the tenant's header is missing or wrong", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, orgId: "acme" });
  const { id, token } = platform.addWorkspace();
  const answers: [headers: Record<string, string>, status: number, text: string][] = [
    [{}, ...TENANT_MISSING[dialect]],
    [{ "X-Molecule-Org-Id": "" }, ...TENANT_MISSING[dialect]],
    [{ "X-Molecule-Org-Id": "other" }, 404, ""],
  ];
  for (const path of [`GET /workspaces/${id}`, `GET /workspaces/${id}/delegations`, "GET /nope"]) {
    for (const [headers, ...answer] of answers) {
      const { status, text } = await call(platform, path, { token, headers });
      assertEquals([status, text], answer);
    }
  }
  const right = { "X-Molecule-Org-Id": "acme" };
  assertEquals((await call(platform, `GET /workspaces/${id}`, { headers: right })).status, 200);
});

eachDialect.test("the platform lets a request through without the tenant's header when its path needs none", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, orgId: "acme" });
  const { id, token } = platform.addWorkspace();
  assertEquals((await call(platform, "GET /health")).status, 200);
  const beat = { token, body: { workspace_id: id } };
  assertEquals((await call(platform, "POST /registry/heartbeat", beat)).status, 200);
  const card = { token, body: { id, url: "http://localhost:8000", agent_card: {} } };
  assertEquals((await call(platform, "POST /registry/register", card)).status, 200);
  // These come as far as the routes, which have none for them.
  const far = "404 page not found";
  const texts = { "/metrics": far, "/cp/x": far, "/buildinfo": dialect === "2026-06" ? far : "" };
  for (const [path, text] of Object.entries(texts)) {
    assertEquals((await call(platform, `GET ${path}`)).text, text);
  }
});

const origins: [name: string, origin: (url: string) => string, status: number][] = [
  ["the platform's own", (url) => url, 200],
  ["the platform's own under https", (url) => url.replace("http:", "https:"), 200],
  ["the canvas", () => "http://localhost:3000", 200],
  ["the platform's own with a slash", (url) => `${url}/`, 403],
  ["foreign", () => "http://evil.example", 403],
  ["null", () => "null", 403],
];
for (const [name, origin, status] of origins) {
  Deno.test(`the platform answers ${status} when the origin is ${name}`, async () => {
    await using platform = await startDevPlatform();
    const headers = { Origin: origin(platform.url) };
    const answered = await call(platform, "GET /health", { headers });
    assertEquals([answered.status, answered.text], [
      status,
      status === 200 ? `{"status":"ok"}` : "",
    ]);
  });
}

const guarded = [
  "GET /delegations",
  "GET /state",
  "GET /activity",
  "POST /activity",
  "POST /notify",
  "POST /delegate",
  "POST /delegations/record",
  "POST /delegations/d-1/update",
];
for (const endpoint of guarded) {
  Deno.test(`${endpoint} answers 401 when the token is missing, wrong, or another workspace's`, async () => {
    await using platform = await startDevPlatform();
    const { id } = platform.addWorkspace({ token: null });
    const other = platform.addWorkspace();
    const path = endpoint.replace(" ", ` /workspaces/${id}`);
    assertEquals((await call(platform, path)).body, { error: "missing workspace auth token" });
    for (const token of ["wrong", other.token]) {
      const { status, body } = await call(platform, path, { token });
      assertEquals([status, body], [401, { error: "invalid workspace auth token" }]);
    }
  });
}
