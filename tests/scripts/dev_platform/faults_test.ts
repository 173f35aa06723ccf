import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Fault, startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";

Deno.test("fault() answers instead of the platform when it is of kind answer", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const headers = { "Retry-After": "7" };
  platform.fault("heartbeat", { kind: "answer", status: 503, body: { a: 1 }, headers });
  const answered = await beat(platform, workspace);
  assertEquals([answered.status, answered.body], [503, { a: 1 }]);
  assertEquals(answered.headers.get("retry-after"), "7");
  assertEquals(workspace.beats, []);
  platform.fault("heartbeat", { kind: "answer", status: 418, body: "tea" });
  assertEquals((await beat(platform, workspace)).text, "tea");
  assertEquals(platform.requests.map(({ status }) => status), [503, 418]);
});

Deno.test("fault() strikes as often and whom it says, and clearFaults() ends it", async () => {
  await using platform = await startDevPlatform();
  const [one, other] = [platform.addWorkspace(), platform.addWorkspace()];
  platform.fault("heartbeat", { kind: "answer", status: 500 });
  platform.fault("heartbeat", { kind: "answer", status: 501 }, { times: 2 });
  platform.fault("heartbeat", { kind: "answer", status: 502 }, { times: 1 });
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1, workspaceId: other.id });
  const statuses: number[] = [];
  for (const workspace of [one, one, one, one, other, other, one]) {
    statuses.push((await beat(platform, workspace)).status);
  }
  assertEquals(statuses, [501, 501, 502, 500, 503, 500, 500]);
  platform.clearFaults("notify");
  assertEquals((await beat(platform, one)).status, 500);
  platform.clearFaults("heartbeat");
  assertEquals((await beat(platform, one)).status, 200);
  platform.fault("heartbeat", { kind: "answer", status: 500 });
  platform.clearFaults();
  assertEquals((await beat(platform, one)).status, 200);
});

Deno.test("fault() waits before the usual handling when it is of kind delay", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "delay", ms: 60 });
  const before = performance.now();
  assertEquals((await beat(platform, workspace)).status, 200);
  assert(performance.now() - before >= 59);
});

Deno.test("fault() of kind hang answers nothing until it is cleared", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "hang" }, { times: 1 });
  const answer = beat(platform, workspace);
  const hanging = await platform.waitFor((r) => r.route === "heartbeat", { whenReceived: true });
  assertEquals((await beat(platform, workspace)).status, 200);
  assertEquals([hanging.status, hanging.answeredAt], [undefined, undefined]);
  platform.clearFaults("heartbeat");
  assertEquals((await answer).status, 200);
  assertEquals(workspace.beats.length, 2);
});

Deno.test("mend() lets through what hangs because of the faults of one workspace, and nothing else", async () => {
  await using platform = await startDevPlatform();
  const [one, other] = [platform.addWorkspace(), platform.addWorkspace()];
  platform.strike(one.id, { kind: "hang" });
  platform.strike(other.id, { kind: "hang" });
  const [answer, otherAnswer] = [beat(platform, one), beat(platform, other)];
  const isBeat = ({ route }: { route: string }) => route === "heartbeat";
  await platform.waitFor(isBeat, { whenReceived: true, count: 2 });
  platform.mend(one.id);
  assertEquals((await answer).status, 200);
  assertEquals((await beat(platform, one)).status, 200);
  assertEquals([one.beats.length, other.beats.length], [2, 0]);
  platform.mend(other.id);
  assertEquals((await otherAnswer).status, 200);
});

Deno.test("strike() strikes all that a workspace asks for, and nobody else", async () => {
  await using platform = await startDevPlatform();
  const [one, other] = [platform.addWorkspace(), platform.addWorkspace()];
  platform.strike(one.id, { kind: "answer", status: 503 });
  platform.strike(one.id, { kind: "answer", status: 504 });
  const { token } = one;
  for (const path of ["", "/delegations", "/state", "/activity"]) {
    const { status } = await call(platform, `GET /workspaces/${one.id}${path}`, { token });
    assertEquals(status, 504, path);
  }
  assertEquals((await beat(platform, one)).status, 504);
  assertEquals((await beat(platform, other)).status, 200);
});

Deno.test("fault() of kind hang records that the client has hung up", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("workspace", { kind: "hang" });
  const hangUp = new AbortController();
  const path = `GET /workspaces/${workspace.id}`;
  const answer = call(platform, path, { signal: hangUp.signal }).catch(() => "gone");
  await platform.waitFor((r) => r.route === "workspace", { whenReceived: true });
  hangUp.abort();
  assertEquals(await answer, "gone");
  const request = await platform.waitFor((r) => r.aborted);
  assertEquals(request.status, undefined);
});

Deno.test("fault() drops the connection without an answer when it is of kind reset", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "reset" });
  await assertRejects(() => beat(platform, workspace), TypeError);
  const request = await platform.waitFor((r) => r.route === "heartbeat");
  assertEquals([request.status, request.aborted], [undefined, false]);
  assertEquals(workspace.beats, []);
  // Some versions of fetch send the request a second time by themselves.
  assertEquals(platform.connections, platform.requests.length);
  platform.clearFaults();
  assertEquals((await beat(platform, workspace)).status, 200);
});

Deno.test("fault() sends half of the body when it is of kind truncate", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "truncate" });
  const response = await fetch(`${platform.url}/registry/heartbeat`, {
    method: "POST",
    headers: { Authorization: `Bearer ${workspace.token}` },
    body: JSON.stringify({ workspace_id: workspace.id }),
  });
  assertEquals([response.status, response.headers.get("content-length")], [200, "15"]);
  await assertRejects(() => response.text());
  assertEquals(workspace.beats.length, 1);
});

Deno.test("fault() sends the body slowly when it is of kind drip", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "drip", bytesPerSecond: 300 });
  const before = performance.now();
  const answered = await beat(platform, workspace);
  assert(performance.now() - before >= 49);
  assertEquals([answered.body, workspace.beats.length], [{ status: "ok" }, 1]);
});

Deno.test("fault() of kind drip ends when the client hangs up", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "drip", bytesPerSecond: 1, body: "x".repeat(100) });
  const response = await fetch(`${platform.url}/health`);
  assertEquals(response.status, 200);
  const reader = response.body?.getReader();
  const request = await platform.waitFor((r) => r.route === "health", { whenReceived: true });
  assertEquals(request.answeredAt, undefined);
  await reader?.cancel();
  assertEquals((await platform.waitFor((r) => r.aborted)).status, 200);
});

Deno.test("fault() of kind drip sends several bytes at a time when it is fast", async () => {
  await using platform = await startDevPlatform();
  const body = "x".repeat(50_000);
  platform.fault("health", { kind: "drip", bytesPerSecond: 1_000_000, body });
  assertEquals((await call(platform, "GET /health")).text, body);
});

Deno.test("fault() redirects when it is of kind redirect", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "redirect", location: "http://evil.example/" }, { times: 1 });
  platform.fault("health", { kind: "redirect", location: "/x", status: 307 });
  const first = await call(platform, "GET /health");
  assertEquals([first.status, first.headers.get("location")], [302, "http://evil.example/"]);
  assertEquals((await call(platform, "GET /health")).status, 307);
});

for (const bytes of [2, 65_537, 65_538, 65_539, 3_000_000]) {
  Deno.test(`fault() answers with JSON of ${bytes} bytes when it is of kind huge`, async () => {
    await using platform = await startDevPlatform();
    platform.fault("health", { kind: "huge", bytes });
    const { text, body } = await call(platform, "GET /health");
    assertEquals([text.length, body], [bytes, "x".repeat(bytes - 2)]);
  });
}

Deno.test("fault() of kind huge ends when the client stops reading", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "huge", bytes: 1e12 });
  const response = await fetch(`${platform.url}/health`);
  await response.body?.cancel();
  assertEquals((await platform.waitFor((r) => r.aborted)).status, 200);
});

Deno.test("fault() answers with the handler's response when it is of kind handle", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", {
    kind: "handle",
    handler: ({ method }) => Response.json({ method }, { status: 201 }),
  }, { times: 1 });
  const body = ReadableStream.from(["a", "b"]).pipeThrough(new TextEncoderStream());
  platform.fault("health", { kind: "handle", handler: () => new Response(body) }, { times: 1 });
  platform.fault("health", {
    kind: "handle",
    handler: () => {
      throw new Error("oops");
    },
  });
  const first = await call(platform, "GET /health");
  assertEquals([first.status, first.body], [201, { method: "GET" }]);
  const second = await call(platform, "GET /health");
  assertEquals([second.text, second.headers.get("transfer-encoding")], ["ab", "chunked"]);
  const third = await call(platform, "GET /health");
  assertEquals([third.status, third.text.includes("oops")], [500, true]);
});

for (const when of ["client hangs up", "platform closes"]) {
  Deno.test(`fault() of kind handle ends an endless stream when the ${when}`, async () => {
    await using platform = await startDevPlatform();
    const handler = () => new Response(new ReadableStream());
    platform.fault("health", { kind: "handle", handler });
    const response = await fetch(`${platform.url}/health`);
    if (when === "platform closes") await platform.close();
    await response.body?.cancel();
    await platform.waitFor((r) => r.route === "health").catch(() => {});
    assertEquals(platform.requests[0]?.aborted, true);
  });
}

const endless: Fault[] = [
  { kind: "delay", ms: 1e9 },
  { kind: "hang" },
  { kind: "drip", bytesPerSecond: 0.001 },
  { kind: "huge", bytes: 1e12 },
  { kind: "handle", handler: () => new Promise(() => {}) },
  { kind: "handle", handler: () => new Response(new ReadableStream()) },
];
for (const fault of endless) {
  Deno.test(`close() ends the requests when a fault of kind ${fault.kind} would go on for ever`, async () => {
    const platform = await startDevPlatform();
    platform.fault("health", fault);
    const answer = call(platform, "GET /health").catch(() => "gone");
    await platform.waitFor((r) => r.route === "health", { whenReceived: true });
    await platform.close();
    await platform.close();
    assertEquals(await answer, "gone");
  });
}
