import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type DevPlatform, startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";

/** Sends bytes and reads all that comes back until the platform ends the connection. */
async function raw(platform: DevPlatform, text: string): Promise<string> {
  const port = Number(new URL(platform.url).port);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const writer = conn.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
  let received = "";
  for await (const chunk of conn.readable.pipeThrough(new TextDecoderStream())) received += chunk;
  return received;
}

Deno.test("connections counts one when the client keeps it alive", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  for (let n = 0; n < 5; n++) await beat(platform, workspace);
  assertEquals(platform.connections, 1);
});

Deno.test("the platform answers several requests in order when they come at once", async () => {
  await using platform = await startDevPlatform();
  const text = await raw(
    platform,
    "GET /health HTTP/1.1\r\nHost: x\r\n\r\nHEAD /health HTTP/1.1\r\nHost: x\r\n\r\n" +
      "GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  assertEquals(text.match(/HTTP\/1.1 \d+|\{.*\}|404 page not found/g), [
    "HTTP/1.1 200",
    `{"status":"ok"}`,
    "HTTP/1.1 404",
    "HTTP/1.1 404",
    "404 page not found",
  ]);
});

Deno.test("the platform reads a body in chunks when the client sends it so", async () => {
  await using platform = await startDevPlatform();
  const head = "POST /registry/heartbeat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
    "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";
  const id = "00000000-0000-4000-8000-000000000000";
  const body = `{"workspace_id":"${id}"}`;
  const chunks = `1\r\n{\r\n${(body.length - 1).toString(16)};x=y\r\n${body.slice(1)}\r\n0\r\n\r\n`;
  const text = await raw(platform, head + chunks);
  assertEquals(text.match(/HTTP\/1.1 \d+/g), ["HTTP/1.1 100", "HTTP/1.1 200"]);
  assertEquals(platform.requests[0]?.workspaceId, id);
});

const malformed: [name: string, text: string, status: string][] = [
  ["the request line is none", "hello\r\n\r\n", "400"],
  ["a header has no colon", "GET / HTTP/1.1\r\nodd\r\n\r\n", "400"],
  ["the length is no number", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400"],
  ["the body is too long", "GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"],
  ["the coding is unknown", "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501"],
  ["a chunk has no size", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "400"],
  ["a line is too long", `GET /${"x".repeat(70_000)}`, "431"],
];
for (const [name, text, status] of malformed) {
  Deno.test(`the platform answers ${status} and hangs up when ${name}`, async () => {
    await using platform = await startDevPlatform();
    assertEquals((await raw(platform, text)).slice(0, 12), `HTTP/1.1 ${status}`);
    assertEquals(platform.requests, []);
  });
}

Deno.test("goDown() refuses connections and forgets nothing until comeBack()", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const { url } = platform;
  await beat(platform, workspace);
  platform.goDown();
  platform.goDown();
  await assertRejects(() => beat(platform, workspace), TypeError);
  platform.comeBack();
  platform.comeBack();
  await beat(platform, workspace);
  assertEquals([workspace.beats.length, platform.url], [2, url]);
});

Deno.test("close() frees the port for another platform when there were connections", async () => {
  const first = await startDevPlatform();
  const port = Number(new URL(first.url).port);
  await call(first, "GET /health");
  await first.close();
  assertThrows(() => first.comeBack(), TypeError);
  await using second = await startDevPlatform({ port });
  assertEquals((await call(second, "GET /health")).status, 200);
});

Deno.test("startDevPlatform() rejects when the port is taken", async () => {
  await using platform = await startDevPlatform();
  const port = Number(new URL(platform.url).port);
  await assertRejects(() => startDevPlatform({ port }), Deno.errors.AddrInUse);
});

Deno.test("close() ends what goes on when turns are blocked and connections are idle", async () => {
  const platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "blocks" };
  const path = `POST /workspaces/${workspace.id}/a2a`;
  const answer = call(platform, path, { body: {} }).catch(() => "gone");
  await platform.waitFor((r) => r.route === "a2a", { whenReceived: true });
  await call(platform, "GET /health");
  await platform.close();
  assertEquals(await answer, "gone");
});
