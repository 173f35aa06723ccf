import { assertEquals } from "@std/assert";
import { type DevPlatform, startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { patient } from "../../support/patient.ts";
import { beat, call } from "./_client.ts";
import { PageEvents } from "./_page_events.ts";

const ids = ({ message }: { message: { workspaces: readonly { id: string }[] } }) =>
  message.workspaces.map(({ id }) => id);

function threeWorkspaces(platform: DevPlatform) {
  return ["a", "b", "c"].map((id) => platform.addWorkspace({ id, name: id.toUpperCase() }));
}

Deno.test("the page's stream tells of all workspaces when a page is opened", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  threeWorkspaces(platform);
  await using events = new PageEvents(platform);
  const { type, message, ...event } = await events.next();
  assertEquals([type, ids({ message })], ["all", ["a", "b", "c"]]);
  assertEquals([message.url, message.dialect], [platform.url, "2026-06"]);
  assertEquals(platform.workspaces.filter(({ token }) => event.text.includes(`${token}`)), []);
});

Deno.test("the page's stream tells of those workspaces that change after that", async () => {
  await using platform = await startDevPlatform();
  const [, b] = threeWorkspaces(platform);
  await using events = new PageEvents(platform);
  await events.next();
  if (b !== undefined) await beat(platform, b);
  const changed = await events.next();
  assertEquals([changed.type, ids(changed)], ["changed", ["b"]]);
});

Deno.test("the page's stream shows no token when one is rotated", async () => {
  await using platform = await startDevPlatform();
  threeWorkspaces(platform);
  await using events = new PageEvents(platform);
  await events.next();
  const token = platform.rotateToken("b");
  const { text, message } = await events.next();
  assertEquals(message.workspaces[0]?.moments.map(({ kind }) => kind), ["token"]);
  assertEquals(text.includes(token), false);
});

Deno.test("the page's stream goes on where a client was that connects again", async () => {
  await using platform = await startDevPlatform();
  const [, b] = threeWorkspaces(platform);
  let id = "";
  {
    await using events = new PageEvents(platform);
    id = (await events.next()).id;
  }
  if (b !== undefined) await beat(platform, b);
  await using again = new PageEvents(platform, id);
  const event = await again.next();
  assertEquals([event.type, ids(event)], ["changed", ["b"]]);
});

Deno.test("the page's stream tells of all when the client knows another platform", async () => {
  await using former = await startDevPlatform();
  threeWorkspaces(former);
  await using old = new PageEvents(former);
  const { id } = await old.next();
  await using platform = await startDevPlatform();
  threeWorkspaces(platform);
  await using opened = new PageEvents(platform);
  const own = await opened.next();
  const future = own.id.replace(/\d+$/, "999");
  for (const known of [id, "", "x:y", future, own.id.replace(/\d+$/, "1x")]) {
    await using events = new PageEvents(platform, known);
    assertEquals((await events.next()).type, "all", known);
  }
});

Deno.test("the page's stream tells that a workspace has expired though nobody asks for anything", async () => {
  let now = 1_000_000;
  await using platform = await startDevPlatform({ now: () => now });
  threeWorkspaces(platform);
  await using events = new PageEvents(platform);
  const { message } = await events.next();
  assertEquals(message.workspaces[0]?.expiresAt, 1_180_000);
  now = 1_234_567;
  const { status, statusSince, expiresAt } = await events.until(({ id }) => id === "a");
  assertEquals([status, statusSince, expiresAt], ["offline", 1_180_000, null]);
});

Deno.test("the page's stream says that it is there when nothing happens", async () => {
  await using platform = await startDevPlatform();
  threeWorkspaces(platform);
  await using events = new PageEvents(platform);
  await events.next();
  const { type, message } = await events.next();
  assertEquals([type, message.workspaces], ["quiet", []]);
});

Deno.test("the page's stream ends when the platform closes", async () => {
  const platform = await startDevPlatform();
  await using events = new PageEvents(platform);
  await events.next();
  await Promise.all([patient(platform.close()), events.ended()]);
});

Deno.test("the platform answers as usual while a page takes nothing of its stream", async () => {
  await using platform = await startDevPlatform();
  const [a] = threeWorkspaces(platform);
  const port = Number(new URL(platform.url).port);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET /_dev/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  await conn.write(new TextEncoder().encode(request));
  for (let n = 0; n < 50 && a !== undefined; n++) {
    const message = "x".repeat(100_000);
    const path = "POST /workspaces/a/notify";
    const { status } = await patient(call(platform, path, { token: a.token, body: { message } }));
    assertEquals([status, (await patient(beat(platform, a))).status], [200, 200]);
  }
  await using other = new PageEvents(platform);
  assertEquals((await other.next()).message.workspaces[0]?.beats, 50);
});
