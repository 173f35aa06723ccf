import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";

Deno.test("waitFor() resolves with the first match when it has come in already", async () => {
  await using platform = await startDevPlatform();
  for (const path of ["/health", "/a", "/health"]) await call(platform, `GET ${path}`);
  const health = (options?: { from?: number; count?: number }) =>
    platform.waitFor((r) => r.route === "health", options);
  assertEquals((await health()).index, 0);
  assertEquals((await health({ from: 1 })).index, 2);
  assertEquals((await health({ count: 2 })).index, 2);
});

Deno.test("waitFor() resolves with a request when that is yet to come", async () => {
  await using platform = await startDevPlatform();
  const second = platform.waitFor((r) => r.path === "/health", { count: 2 });
  for (let n = 0; n < 2; n++) await call(platform, "GET /health");
  assertEquals([(await second).index, (await second).status], [1, 200]);
});

Deno.test("waitFor() rejects with a list of what came when the time is over", async () => {
  await using platform = await startDevPlatform();
  const nothing = platform.waitFor(() => true, { timeoutMs: 1 });
  assertStringIncludes((await assertRejects(() => nothing, Error)).message, "received nothing");
  await call(platform, "GET /health");
  platform.fault("health", { kind: "reset" });
  await call(platform, "GET /health").catch(() => {});
  const other = () => platform.waitFor((r) => r.path === "/other", { timeoutMs: 1 });
  const { message } = await assertRejects(other, Error);
  assertStringIncludes(message, "none came in 1 ms: received \n  0: GET /health → 200\n");
  assertStringIncludes(message, "1: GET /health → dropped");
});

Deno.test("waitFor() rejects when the platform closes", async () => {
  const platform = await startDevPlatform();
  const wait = platform.waitFor(() => true);
  await platform.close();
  await assertRejects(() => wait, Error, "the platform was closed");
});

Deno.test("waitFor() rejects when the match throws", async () => {
  await using platform = await startDevPlatform();
  await call(platform, "GET /health");
  const wait = () =>
    platform.waitFor(() => {
      throw new RangeError("oops");
    });
  await assertRejects(wait, RangeError, "oops");
});

Deno.test("requests record what was received when it is received", async () => {
  await using platform = await startDevPlatform();
  const [one, other] = [platform.addWorkspace(), platform.addWorkspace()];
  await beat(platform, one, { current_task: "dig" });
  await beat(platform, other);
  await call(platform, `GET /workspaces/${one.id}?include=x?y`, { headers: { "X-Probe": "1" } });
  await call(platform, "POST /nope", { body: "x".repeat(2 * 1024 * 1024) });
  const [first, , third, fourth] = platform.requests;
  assertEquals([first?.route, first?.workspaceId, first?.method], ["heartbeat", one.id, "POST"]);
  assertEquals(first?.body, {
    workspace_id: one.id,
    error_rate: 0,
    active_tasks: 0,
    current_task: "dig",
  });
  assertEquals(first?.text, JSON.stringify(first?.body));
  assertEquals([third?.path, third?.search], [`/workspaces/${one.id}`, "?include=x?y"]);
  assertEquals([third?.headers.get("x-probe"), third?.body, third?.text], ["1", undefined, ""]);
  assertEquals([fourth?.route, fourth?.text.length], ["other", 1024 * 1024]);
  assertEquals(platform.requestsTo("heartbeat").length, 2);
  assertEquals(platform.requestsTo("heartbeat", other.id).map(({ index }) => index), [1]);
});
