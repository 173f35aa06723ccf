import { assertEquals, assertMatch } from "@std/assert";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { turn } from "./_presence.ts";
import { makeRemoved, mayBeat } from "./_removed.ts";

const UNAVAILABLE: Fault = { kind: "answer", status: 503 };

Deno.test("PresenceLoop.run() lets the beats go on, and says so, when the workspace is there again", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const { nextLook, presence, workspace } = removed;
  await nextLook();
  const allowed = presence.loop.allowed(presence.signal);
  workspace.status = "provisioning";
  await nextLook();
  await allowed;
  assertEquals(presence.contact.lost, false);
  assertEquals(presence.told().slice(1), [
    "INFO The workspace is there again (provisioning), 68 s after it was removed",
  ]);
  assertEquals(presence.sender.sent, ["workspace", "workspace", "workspace"]);
  presence.clock.advance(200_000);
  await turn();
  assertEquals(presence.sender.sent.length, 3, "nothing is left to wait for");
});

Deno.test("PresenceLoop.run() tells it again when the workspace is removed again", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const { nextLook, presence, workspace } = removed;
  for (let look = 2; look <= 4; look++) await nextLook();
  workspace.status = "online";
  await nextLook();
  workspace.status = "removed";
  presence.loop.refused();
  await presence.sender.ended("workspace", 6);
  assertEquals(presence.told().map((line) => line.split(" ", 1)[0]), ["ERROR", "INFO", "ERROR"]);
  assertEquals([await mayBeat(presence), presence.contact.lost], [false, true]);
  assertEquals(await nextLook(), 22.5);
});

for (const mode of ["off", "poll"] as const) {
  Deno.test(`PresenceLoop.beatEnded() does not take the time for which the workspace was removed for a gap with registering ${mode}`, async () => {
    await using platform = await startDevPlatform();
    await using removed = await makeRemoved(platform, { mode });
    const { nextLook, presence, workspace } = removed;
    for (let look = 2; look <= 5; look++) await nextLook();
    workspace.status = "online";
    await nextLook();
    if (mode === "poll") await presence.sender.ended("register");
    const told = presence.told().length;
    presence.beat();
    assertEquals(presence.told().slice(told), []);
  });
}

Deno.test("PresenceLoop.run() lets the beats go on before the registration of a workspace that is there again is answered", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { presence, workspace } = removed;
  workspace.status = "provisioning";
  platform.fault("register", { kind: "hang" });
  await removed.nextLook();
  await platform.waitFor(({ route }) => route === "register", { whenReceived: true });
  assertEquals([await mayBeat(presence), presence.contact.lost], [true, false]);
  platform.clearFaults();
  await presence.sender.ended("register");
});

Deno.test("PresenceLoop.run() registers a workspace that is there again, since its tokens were revoked", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { presence, workspace } = removed;
  workspace.status = "provisioning";
  await removed.nextLook();
  await presence.sender.ended("register");
  assertEquals([workspace.livenessKey, workspace.token], [true, await presence.tokens.current()]);
});

Deno.test("PresenceLoop.run() registers with every restoration", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { nextLook, presence, workspace } = removed;
  for (let restorations = 1; restorations <= 3; restorations++) {
    workspace.status = "provisioning";
    await nextLook();
    await presence.sender.ended("register", restorations);
    const token = workspace.token;
    assertEquals([await presence.tokens.current(), workspace.livenessKey], [token, true]);
    await presence.issuedToken.settled();
    workspace.status = "removed";
    presence.loop.refused();
    await presence.sender.ended("workspace", 2 * restorations + 1);
  }
});

Deno.test("PresenceLoop.run() registers what is there again also when the platform has refused for good to register it before", async () => {
  await using platform = await startDevPlatform();
  platform.fault("register", { kind: "answer", status: 401, body: { error: "no" } }, { times: 2 });
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { nextLook, presence, workspace } = removed;
  workspace.status = "provisioning";
  await nextLook();
  await presence.sender.ended("register");
  workspace.status = "removed";
  presence.loop.refused();
  await presence.sender.ended("workspace", 3);
  workspace.status = "provisioning";
  await nextLook();
  await presence.sender.ended("register", 2);
  assertEquals(workspace.livenessKey, true);
});

Deno.test("PresenceLoop.run() tries again soon when the workspace is there again and cannot be registered", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { nextLook, presence, workspace } = removed;
  workspace.status = "provisioning";
  platform.fault("register", UNAVAILABLE, { times: 1 });
  await nextLook();
  await presence.sender.ended("register");
  assertEquals(await mayBeat(presence), true);
  assertEquals(await nextLook(), 0.75);
  await presence.sender.ended("register", 2);
  assertEquals(workspace.livenessKey, true);
});

Deno.test("PresenceLoop.run() registers a workspace that was restored to rest as soon as it rests no more", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform, { mode: "poll" });
  const { nextLook, presence, workspace } = removed;
  workspace.status = "paused";
  await nextLook();
  assertEquals(await mayBeat(presence), true);
  assertMatch(
    presence.told().join("\n"),
    /INFO The workspace is paused .+ it is not registered as/,
  );
  assertEquals(presence.sender.count("register"), 0);
  workspace.status = "online";
  presence.beat("ok", 10);
  await presence.sender.ended("register");
});
