import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
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

Deno.test("the platform answers an empty 404 when the tenant's header is missing or wrong", async () => {
  await using platform = await startDevPlatform({ orgId: "acme" });
  const { id, token } = platform.addWorkspace();
  for (const path of [`GET /workspaces/${id}`, `GET /workspaces/${id}/delegations`, "GET /nope"]) {
    for (const headers of [{}, { "X-Molecule-Org-Id": "other" }]) {
      const { status, text } = await call(platform, path, { token, headers });
      assertEquals([status, text], [404, ""]);
    }
  }
  const right = { "X-Molecule-Org-Id": "acme" };
  assertEquals((await call(platform, `GET /workspaces/${id}`, { headers: right })).status, 200);
  assertEquals((await call(platform, "GET /health")).status, 200);
  const body = { workspace_id: id };
  assertEquals((await call(platform, "POST /registry/heartbeat", { token, body })).status, 200);
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
