import { assertEquals, assertMatch } from "@std/assert";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { hangingSource } from "./_hanging_source.ts";
import { makePresence, turn } from "./_presence.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

Deno.test("PresenceLoop.run() looks, then registers, as soon as the first beat has ended", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null, status: "provisioning" });
  await using presence = await makePresence(platform, { workspaceId: workspace.id, mode: "poll" });
  presence.start();
  await turn();
  assertEquals(presence.sender.sent, []);
  presence.beat();
  await presence.sender.ended("register");
  assertEquals(presence.sender.sent, ["workspace", "register"]);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  assertEquals(presence.told(), ["INFO The workspace is registered, and has got a token"]);
});

Deno.test("PresenceLoop.run() registers once, and then only looks with every tenth beat", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { beat, sender } = presence;
  presence.start();
  beat();
  await sender.ended("register");
  for (let looks = 2; looks <= 4; looks++) {
    beat("ok", 10);
    await sender.ended("workspace", looks);
  }
  assertEquals(sender.sent, ["workspace", "register", "workspace", "workspace", "workspace"]);
});

Deno.test("PresenceLoop.run() registers after a second when the first beat has not ended by then", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  presence.start();
  assertEquals(await presence.clock.sleeping(), [1000]);
  presence.clock.advance(1000);
  await presence.sender.ended("register");
});

Deno.test("PresenceLoop.run() registers an agent whose first beat ended before the loop began", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  presence.beat("unauthorized");
  presence.start();
  await presence.sender.ended("register");
});

Deno.test("PresenceLoop.run() registers an id that the platform does not know when there is no token", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  await using presence = await makePresence(platform, { workspaceId, mode: "poll" });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  assertEquals(platform.workspace(workspaceId).livenessKey, true);
  assertEquals(presence.told(), ["INFO The workspace is registered, and has got a token"]);
});

Deno.test("PresenceLoop.run() never registers a workspace that was removed", async () => {
  await using platform = await startDevPlatform();
  const options = { mode: "poll", token: "revoked-token", waitsForRestore: true } as const;
  await using presence = await makePresence(platform, options);
  platform.fault("workspace", answer(200, { status: "removed" }), { times: 1 });
  platform.fault("workspace", answer(410), { times: 1 });
  platform.fault("workspace", answer(404, { error: "workspace not found" }), { times: 1 });
  presence.start();
  presence.beat();
  await presence.sender.ended("workspace");
  for (let looks = 2; looks <= 3; looks++) {
    await presence.sleepOver();
    await presence.sender.ended("workspace", looks);
  }
  await presence.clock.sleeping();
  assertEquals(presence.sender.sent, ["workspace", "workspace", "workspace"]);
});

for (const status of ["paused", "hibernated", "hibernating"] as const) {
  Deno.test(`PresenceLoop.run() does not register a workspace that is ${status}, and does when it is no more`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace({ token: null, status });
    await using presence = await makePresence(platform, {
      workspaceId: workspace.id,
      mode: "poll",
    });
    const { beat, sender } = presence;
    presence.start();
    beat();
    await sender.ended("workspace");
    beat("ok", 10);
    await sender.ended("workspace", 2);
    workspace.status = "online";
    beat("ok", 10);
    await sender.ended("register");
    assertEquals(sender.sent, ["workspace", "workspace", "workspace", "register"]);
  });
}

Deno.test("PresenceLoop.run() looks with every tenth beat, and no sooner, while the workspace rests and is to be registered", async () => {
  await using platform = await startDevPlatform();
  const { id: workspaceId } = platform.addWorkspace({ token: null, status: "paused" });
  await using presence = await makePresence(platform, { workspaceId, mode: "poll", random: 0 });
  const { beat, sender } = presence;
  presence.start();
  for (let looks = 1; looks <= 3; looks++) {
    beat();
    await sender.ended("workspace", looks);
    for (let beats = 1; beats < 10; beats++) {
      beat();
      await presence.registration.prepare(); // all that a look needs before it asks
      await turn();
      assertEquals(sender.sent.length, looks);
    }
  }
});

Deno.test("PresenceLoop.run() prepares the registration before it looks", async () => {
  await using platform = await startDevPlatform();
  const { answer, asked, source } = hangingSource();
  await using presence = await makePresence(platform, { mode: "poll", source });
  presence.start();
  presence.beat();
  await asked;
  await turn();
  assertEquals(presence.sender.sent, []);
  answer(undefined);
  await presence.sender.ended("register");
});

Deno.test("PresenceLoop.run() does not register a workspace that was paused while the registration was prepared", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null });
  const { answer, asked, source } = hangingSource();
  await using presence = await makePresence(platform, {
    workspaceId: workspace.id,
    mode: "poll",
    source,
  });
  presence.start();
  presence.beat();
  await asked;
  workspace.status = "paused";
  answer(undefined);
  await presence.sender.ended("workspace");
  presence.beat("ok", 10);
  await presence.sender.ended("workspace", 2);
  assertEquals([presence.sender.sent, workspace.status], [["workspace", "workspace"], "paused"]);
});

Deno.test("PresenceLoop.run() looks all the same, and registers when it can, when the disk does not answer", async () => {
  await using platform = await startDevPlatform();
  const { answer, source } = hangingSource();
  await using presence = await makePresence(platform, { mode: "poll", source });
  presence.start();
  presence.beat();
  await presence.sender.ended("workspace");
  assertMatch(
    presence.told().join("\n"),
    /^WARN The workspace could not be registered: the disk does not answer within 1 s; trying again, and beats go on$/,
  );
  answer(undefined);
  await presence.sleepOver();
  await presence.sender.ended("register");
});

Deno.test("PresenceLoop.run() does not register before the platform says whether the workspace rests", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { sender } = presence;
  platform.fault("workspace", answer(503), { times: 2 });
  presence.start();
  presence.beat();
  await sender.ended("workspace");
  for (const wait of [0.75, 9]) assertEquals(await presence.sleepOver(), wait);
  await sender.ended("register");
  assertEquals(sender.sent, ["workspace", "workspace", "workspace", "register"]);
});

Deno.test("PresenceLoop.run() registers when the platform can be reached again after it was down at the start", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { contact, sender } = presence;
  contact.record(false);
  presence.start();
  presence.beat("unreachable");
  await turn();
  assertEquals(sender.sent, []);
  contact.record(true);
  await sender.ended("register");
});

Deno.test("PresenceLoop shows no token in any line", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null });
  await using presence = await makePresence(platform, { workspaceId: workspace.id, mode: "poll" });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  const token = workspace.token ?? "";
  assertEquals(token.length, 43);
  workspace.status = "removed";
  presence.loop.refused();
  await presence.sender.ended("workspace", 2);
  assertEquals(presence.lines.filter(({ message }) => message.includes(token)), []);
  assertEquals(presence.secrets.mask(token), "[redacted]");
});
