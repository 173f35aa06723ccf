import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { spy } from "@std/testing/mock";
import {
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  PlatformClient,
  type PlatformRequest,
  workspaceRequest,
} from "../../lib/platform/mod.ts";
import { VERSION } from "../../lib/version.ts";
import { writeWhole } from "../../lib/write_whole.ts";
import { type DevPlatform, startDevPlatform } from "../../scripts/dev_platform/mod.ts";

const ORG = "org-1";

/** Sends with a client for this platform, and never gives up. */
function send(platform: DevPlatform, request: PlatformRequest) {
  const client = new PlatformClient({ platformUrl: platform.url });
  return client.send(request, { signal: new AbortController().signal });
}

Deno.test("PlatformClient.send() sends the headers of every request when it posts (contract 7 #8) (D30)", async () => {
  await using platform = await startDevPlatform({ orgId: ORG });
  const { id, token } = platform.addWorkspace();
  const client = new PlatformClient({ platformUrl: platform.url, orgId: ORG });
  const headers = { authorization: `Bearer ${token}` };
  const outcome = await client.send({ ...notifyRequest(id, "hello"), headers }, {
    signal: new AbortController().signal,
  });
  assertEquals(outcome.kind, "ok");
  const request = platform.requests[0];
  assertEquals(request?.path, `/workspaces/${id}/notify`);
  assertEquals(request?.headers.get("origin"), platform.url);
  assertEquals(request?.headers.get("x-molecule-org-id"), ORG);
  assertEquals(request?.headers.get("content-type"), "application/json");
  assertEquals(request?.headers.get("accept"), "application/json");
  assertEquals(request?.headers.get("user-agent"), `workspace-beat/${VERSION}`);
  assertEquals(request?.headers.get("x-timeout"), null);
});

Deno.test("PlatformClient.send() leaves Origin and the tenant out when they are not wanted", async () => {
  await using platform = await startDevPlatform();
  const client = new PlatformClient({ platformUrl: platform.url, sendsOrigin: false });
  await client.send(healthRequest(), { signal: new AbortController().signal });
  const headers = platform.requests[0]?.headers;
  assertEquals(
    ["origin", "x-molecule-org-id", "content-type", "authorization"].map((name) =>
      headers?.get(name) ?? null
    ),
    [null, null, null, null],
  );
});

Deno.test("PlatformClient.send() gives 'misrouted' when the tenant's header is missing (D30)", async () => {
  await using platform = await startDevPlatform({ orgId: ORG });
  const { id } = platform.addWorkspace();
  assertEquals((await send(platform, workspaceRequest(id))).kind, "misrouted");
});

Deno.test("PlatformClient.send() uses one connection when it sends again and again", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace();
  platform.fault("workspace", { kind: "answer", status: 503, body: { error: "x" } }, { times: 1 });
  const beat = heartbeatRequest({ workspace_id: id });
  for (
    const request of [healthRequest(), beat, workspaceRequest(id), workspaceRequest("no"), beat]
  ) {
    await send(platform, request);
  }
  assertEquals(platform.requests.map(({ status }) => status), [200, 401, 503, 400, 401]);
  assertEquals(platform.connections, 1);
});

for (const status of [301, 302, 303, 307, 308]) {
  Deno.test(`PlatformClient.send() sends nothing elsewhere when the answer is a redirect with ${status} (D22)`, async () => {
    await using platform = await startDevPlatform();
    await using other = await startDevPlatform();
    const { id } = platform.addWorkspace();
    const location = `${other.url}/registry/heartbeat`;
    platform.fault("heartbeat", { kind: "redirect", location, status });
    const outcome = await send(platform, heartbeatRequest({ workspace_id: id }));
    assertEquals(outcome.kind, "misrouted");
    assertMatch(outcome.detail, /never followed/);
    assertEquals([platform.requests.length, other.connections], [1, 0]);
  });
}

Deno.test("PlatformClient.send() gives 'timed_out' and hangs up when there is no answer", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "hang" });
  const outcome = await send(platform, { ...healthRequest(), deadlineMs: 300 });
  assertEquals(outcome.kind, "timed_out");
  assertEquals(outcome.detail, "no whole answer within 0.3 s");
  assertEquals((await platform.waitFor(({ aborted }) => aborted)).route, "health");
});

Deno.test("PlatformClient.send() gives 'timed_out' when the answer drips past the deadline (D34)", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "drip", bytesPerSecond: 100, body: "x".repeat(6000) });
  const outcome = await send(platform, { ...healthRequest(), deadlineMs: 300 });
  assertEquals(outcome.kind, "timed_out");
  await platform.waitFor(({ aborted }) => aborted);
});

Deno.test("PlatformClient.send() reads the answer whole when it drips within the deadline", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "drip", bytesPerSecond: 1000, body: '{"status":"ok"}' });
  assertEquals((await send(platform, healthRequest())).body, { status: "ok" });
});

Deno.test("PlatformClient.send() reads an answer when it is as large as the cap", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "huge", bytes: 1024 * 1024 });
  assertEquals((await send(platform, healthRequest())).kind, "ok");
});

Deno.test("PlatformClient.send() gives 'oversized' and hangs up when the answer is larger than the cap (D35)", async () => {
  await using platform = await startDevPlatform();
  // So much that the server cannot have sent it all into the system's buffers.
  platform.fault("health", { kind: "huge", bytes: 64 * 1024 * 1024 });
  const outcome = await send(platform, healthRequest());
  assertEquals(outcome.kind, "oversized");
  assertEquals(outcome.detail, "answered 200 with more than 1048576 bytes, which is not read");
  await platform.waitFor(({ aborted }) => aborted);
});

Deno.test("PlatformClient.send() gives 'oversized' when the answer is one byte above the cap (D35)", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "huge", bytes: 1024 * 1024 + 1 });
  assertEquals((await send(platform, healthRequest())).kind, "oversized");
});

Deno.test("PlatformClient.send() does not wait for an answer that says that it is larger than the cap", async () => {
  await using platform = await startDevPlatform();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array([0x5b])),
  });
  const headers = { "content-length": String(1024 * 1024 + 1) };
  platform.fault("health", { kind: "handle", handler: () => new Response(body, { headers }) });
  assertEquals(
    (await send(platform, healthRequest())).kind,
    "oversized",
  );
  await platform.waitFor(({ aborted }) => aborted);
});

Deno.test("PlatformClient.send() gives 'oversized' when a small answer unpacks to a large one (D35)", async () => {
  await using platform = await startDevPlatform();
  const bomb = await new Response(
    new Blob([new Uint8Array(8 * 1024 * 1024)]).stream()
      .pipeThrough<Uint8Array<ArrayBuffer>>(new CompressionStream("gzip")),
  ).bytes();
  const headers = { "content-encoding": "gzip", "content-length": String(bomb.length) };
  platform.fault("health", { kind: "handle", handler: () => new Response(bomb, { headers }) });
  assertEquals((await send(platform, healthRequest())).kind, "oversized");
});

Deno.test("PlatformClient.send() gives 'oversized' when an answer in chunks says that it is small (D35)", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = new PlatformClient({ platformUrl: `http://127.0.0.1:${listener.addr.port}` });
  const sending = client.send({ ...healthRequest(), deadlineMs: 5000 }, {
    signal: new AbortController().signal,
  });
  using connection = await listener.accept();
  await connection.read(new Uint8Array(4096));
  const head = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n";
  const chunk = `100000\r\n${" ".repeat(0x100000)}\r\n`;
  const answer = new TextEncoder().encode(head + chunk + chunk);
  const writing = writeWhole(connection, answer).catch(() => {}); // who hangs up does not read it all
  assertEquals((await sending).kind, "oversized"); // although it never ends
  await writing;
});

for (const kind of ["reset", "truncate"] as const) {
  Deno.test(`PlatformClient.send() gives 'unreachable' when the connection breaks (${kind})`, async () => {
    await using platform = await startDevPlatform();
    const { id } = platform.addWorkspace();
    platform.fault("workspace", { kind });
    assertEquals((await send(platform, workspaceRequest(id))).kind, "unreachable");
    platform.clearFaults();
    assertEquals((await send(platform, workspaceRequest(id))).kind, "ok");
  });
}

Deno.test("PlatformClient.send() sends a note once when its connection breaks before the answer", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null });
  // On a connection that was used before, fetch would repeat the request by itself.
  await send(platform, healthRequest());
  platform.fault("notify", { kind: "reset" }, { times: 1 });
  const outcome = await send(platform, notifyRequest(workspace.id, "hello"));
  assertEquals([outcome.kind, platform.requestsTo("notify").length], ["unreachable", 1]);
});

Deno.test("PlatformClient.send() gives 'unreachable' when nobody listens", async () => {
  await using platform = await startDevPlatform();
  platform.goDown();
  assertEquals((await send(platform, healthRequest())).kind, "unreachable");
});

Deno.test("PlatformClient.send() rejects with the signal's reason when it aborts in the middle", async () => {
  await using platform = await startDevPlatform();
  platform.fault("health", { kind: "hang" });
  const client = new PlatformClient({ platformUrl: platform.url });
  const end = new AbortController();
  const sent = client.send(healthRequest(), { signal: end.signal });
  await platform.waitFor(() => true, { whenReceived: true });
  end.abort(new Error("stopping"));
  await assertRejects(() => sent, Error, "stopping");
  await platform.waitFor(({ aborted }) => aborted);
});

Deno.test("PlatformClient.send() sends nothing when the signal has aborted before", async () => {
  await using platform = await startDevPlatform();
  const client = new PlatformClient({ platformUrl: platform.url });
  const signal = AbortSignal.abort(new Error("stopping"));
  await assertRejects(() => client.send(healthRequest(), { signal }), Error, "stopping");
  assertEquals(platform.connections, 0);
});

Deno.test("PlatformClient.send() leaves nothing on the signal when requests end, however they end", async () => {
  await using platform = await startDevPlatform();
  const client = new PlatformClient({ platformUrl: platform.url });
  const { signal } = new AbortController();
  using added = spy(signal, "addEventListener");
  using removed = spy(signal, "removeEventListener");
  using any = spy(AbortSignal, "any"); // it would keep what follows the signal for its lifetime
  platform.fault("health", { kind: "reset" }, { times: 1 });
  platform.fault("health", { kind: "hang" }, { times: 1 });
  for (let request = 0; request < 3; request++) {
    await client.send({ ...healthRequest(), deadlineMs: 200 }, { signal });
  }
  assertEquals(added.calls.length, 3);
  assertEquals(removed.calls.map(({ args }) => args), added.calls.map(({ args }) => args));
  assertEquals(any.calls.filter(({ args }) => args[0].includes(signal)), []);
});
