import { assertEquals, assertMatch } from "@std/assert";
import { type DevPlatform, type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence, type Presence, type PresenceOptions, turn } from "./_presence.ts";
import { mayBeat } from "./_removed.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

/** A presence whose loop has just heard that the platform does not know its workspace. */
async function makeDoubted(
  platform: DevPlatform,
  options: PresenceOptions = {},
): Promise<Presence> {
  await using made = new AsyncDisposableStack();
  const workspaceId = crypto.randomUUID();
  const presence = made.use(await makePresence(platform, { workspaceId, ...options }));
  presence.start();
  presence.loop.refused();
  await presence.sender.ended("workspace");
  await presence.clock.sleeping();
  made.move();
  return presence;
}

const options: [what: string, options: PresenceOptions][] = [
  ["nobody registers it", { mode: "off" }],
  ["it is registered, and has a token", { mode: "poll", token: "revoked-token" }],
];
for (const [what, option] of options) {
  Deno.test(`PresenceLoop.run() warns, and stops nothing, when the platform does not know the workspace and ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makeDoubted(platform, option);
    assertEquals([await mayBeat(presence), presence.contact.lost], [true, false]);
    assertEquals(presence.removals(), 0);
    assertEquals(presence.told(), [
      "WARN The platform does not know the workspace (answered 404: workspace not found): asking " +
      "once more in 10 s, before anything is stopped",
    ]);
  });

  Deno.test(`PresenceLoop.run() tells that the workspace was removed when the platform does not know it 10 s later either and ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makeDoubted(platform, option);
    assertEquals(await presence.sleepOver(), 10);
    await presence.sender.ended("workspace", 2);
    assertEquals([presence.removals(), presence.contact.lost], [1, true]);
    assertEquals(presence.sender.sent, ["workspace", "workspace"]);
    assertMatch(
      presence.told()[1] ?? "",
      /^ERROR The platform does not know the workspace, so it was removed \(answered 404: workspace not found\); stopping; /,
    );
  });
}

Deno.test("PresenceLoop.run() asks once more in 10 s, and no sooner, however often it is asked to look", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makeDoubted(platform);
  const { beat, clock, loop, sender } = presence;
  for (let n = 0; n < 3; n++) {
    clock.advance(3000);
    loop.refused();
    beat("ok", 10);
    beat("unauthorized", 3);
    await turn();
    assertEquals([sender.sent.length, await clock.sleeping()], [1, [7000 - n * 3000]]);
  }
  clock.advance(1000);
  await sender.ended("workspace", 2);
  assertEquals(presence.removals(), 1);
});

Deno.test("PresenceLoop.run() asks once more only in 10 s when somebody asks during the first look", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  await using presence = await makePresence(platform, { workspaceId });
  const { clock, loop, sender } = presence;
  platform.fault("workspace", { kind: "hang" });
  presence.start();
  loop.refused();
  await platform.waitFor(({ route }) => route === "workspace", { whenReceived: true });
  loop.refused();
  platform.clearFaults();
  assertEquals([await clock.sleeping(), sender.sent.length], [[10_000], 1]);
});

Deno.test("PresenceLoop.run() goes on as if nothing had been when the platform knows the workspace 10 s later", async () => {
  await using platform = await startDevPlatform();
  const { id: workspaceId } = platform.addWorkspace();
  platform.fault("workspace", answer(404, { error: "workspace not found" }), { times: 1 });
  await using presence = await makeDoubted(platform, { workspaceId });
  const { beat, clock, sender } = presence;
  await presence.sleepOver();
  await sender.ended("workspace", 2);
  clock.advance(120_000);
  beat("ok", 5);
  await turn();
  assertEquals([sender.sent.length, presence.told().length, presence.removals()], [2, 1, 0]);
});

Deno.test("PresenceLoop.run() asks twice again when the platform did not say the second time", async () => {
  await using platform = await startDevPlatform();
  const unknown = answer(404, { error: "workspace not found" });
  for (const fault of [unknown, answer(503)]) platform.fault("workspace", fault, { times: 1 });
  platform.fault("workspace", unknown);
  await using presence = await makeDoubted(platform);
  const { loop, sender } = presence;
  await presence.sleepOver();
  await sender.ended("workspace", 2);
  loop.refused();
  await sender.ended("workspace", 3);
  assertEquals(presence.removals(), 0);
  assertEquals(await presence.sleepOver(), 10);
  await sender.ended("workspace", 4);
  assertEquals(presence.removals(), 1);
});

Deno.test("PresenceLoop.run() looks when it is asked to when it is run again after it was ended in doubt", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  await using presence = await makePresence(platform, { workspaceId });
  const { clock, loop, sender } = presence;
  loop.refused();
  const end = new AbortController();
  const running = loop.run(end.signal);
  await sender.ended("workspace");
  assertEquals(await clock.sleeping(), [10_000]);
  end.abort();
  await running;
  clock.advance(60_000);
  presence.start();
  loop.refused();
  await sender.ended("workspace", 2);
});

const certain: [what: string, fault: Fault][] = [
  ["410", answer(410)],
  ["the status removed", answer(200, { status: "removed" })],
];
for (const [what, fault] of certain) {
  Deno.test(`PresenceLoop.run() asks no second time when the answer is ${what}`, async () => {
    await using platform = await startDevPlatform();
    platform.fault("workspace", fault);
    await using presence = await makePresence(platform);
    presence.start();
    presence.loop.refused();
    await presence.sender.ended("workspace");
    assertEquals([presence.removals(), presence.told().length], [1, 1]);
  });
}

Deno.test("PresenceLoop.run() does not take a workspace without a token for removed when the platform does not know it", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  platform.fault("register", answer(503));
  await using presence = await makePresence(platform, { workspaceId, mode: "poll" });
  const { sender } = presence;
  presence.start();
  presence.beat();
  for (let tries = 1; tries <= 4; tries++) {
    await sender.ended("register", tries);
    await presence.sleepOver();
  }
  assertEquals([presence.removals(), presence.told().length], [0, 1]);
});

Deno.test("PresenceLoop.run() does not take a workspace without a token for removed when its registration was refused for good", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  platform.fault("register", answer(403, { error: "x" }));
  await using presence = await makePresence(platform, { workspaceId, mode: "poll" });
  const { beat, sender } = presence;
  presence.start();
  beat();
  await sender.ended("register");
  for (let looks = 2; looks <= 4; looks++) {
    beat("ok", 10);
    await sender.ended("workspace", looks);
  }
  assertEquals(presence.told().map((line) => line.split(" ", 1)[0]), ["ERROR"]);
  assertEquals([presence.removals(), sender.count("register")], [0, 1]);
});
