import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { type DevPlatform, type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence, type Presence, type PresenceOptions, turn } from "./_presence.ts";

const UNAVAILABLE: Fault = { kind: "answer", status: 503 };

/** A presence that has registered its workspace after its first beat. */
async function registered(platform: DevPlatform, options: PresenceOptions): Promise<Presence> {
  const presence = await makePresence(platform, { ...options, mode: "poll" });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  return presence;
}

/** Seconds between beats and without one, and whether that is a gap. */
const gaps: [interval: number, seconds: number, isGap: boolean][] = [
  [30, 150, false],
  [30, 150.001, true],
  [30, 200, true],
  [120, 130, false],
  [120, 150, false],
  [120, 160, true],
  [300, 360, false],
  [300, 361, true],
];
for (const [interval, seconds, isGap] of gaps) {
  Deno.test(`PresenceLoop.run() registers ${isGap ? "again" : "not"} when no beat was accepted for ${seconds} s at an interval of ${interval} s (contract 2)`, async () => {
    await using platform = await startDevPlatform();
    const { id: workspaceId } = platform.addWorkspace({ token: null });
    const intervalMs = interval * 1000;
    await using presence = await registered(platform, { workspaceId, intervalMs });
    const { beat, clock, sender } = presence;
    clock.advance(seconds * 1000);
    beat("unreachable", 5);
    beat();
    if (isGap) assertEquals(await presence.sleepOver(), 0.8 * Math.min(interval, 30));
    await sender.ended("workspace", isGap ? 2 : 1);
    if (isGap) await sender.ended("register", 2);
    beat("ok", 10); // and with them the next look
    await sender.ended("workspace", isGap ? 3 : 2);
    assertEquals(sender.count("register"), isGap ? 2 : 1);
  });
}

Deno.test("PresenceLoop.beatEnded() says after a gap that the workspace is registered again, and so it has a liveness key", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null });
  await using presence = await registered(platform, { workspaceId: workspace.id });
  const { beat, clock, sender } = presence;
  platform.advance(181_000);
  assertEquals(workspace.livenessKey, false);
  clock.advance(181_000);
  beat();
  await presence.sleepOver();
  await sender.ended("register", 2);
  assertEquals(workspace.livenessKey, true);
  assertEquals(presence.told().slice(1), [
    "INFO No beat was accepted for 181 s: asking for the workspace, to register it again",
    "INFO The workspace is registered",
  ]);
});

Deno.test("PresenceLoop.run() does not register after a gap while the workspace is paused", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null });
  await using presence = await registered(platform, { workspaceId: workspace.id });
  const { beat, clock, sender } = presence;
  workspace.status = "paused";
  clock.advance(200_000);
  beat();
  await presence.sleepOver();
  await sender.ended("workspace", 2);
  beat("ok", 10);
  await sender.ended("workspace", 3);
  assertEquals(sender.count("register"), 1);
  assertEquals(workspace.status, "paused");
});

Deno.test("PresenceLoop.beatEnded() warns once, and looks, when no beat was accepted for more than 150 s and nobody registers", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, sender } = presence;
  presence.start();
  beat();
  clock.advance(150_000);
  beat("unreachable", 3);
  beat();
  await turn();
  assertEquals([sender.sent, presence.lines], [[], []]);
  clock.advance(150_600);
  beat("unreachable");
  beat();
  await presence.sleepOver();
  await sender.ended("workspace");
  beat();
  await turn();
  assertEquals(sender.sent, ["workspace"]);
  const [line = "", ...more] = presence.told();
  assertMatch(
    line,
    /^WARN No beat was accepted for 151 s: the platform may not watch this workspace any more.+: let the agent register, or use --register$/,
  );
  assertEquals(more, []);
});

Deno.test("PresenceLoop.run() looks again soon after a gap when the platform does not say, also when nobody registers", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, sender } = presence;
  platform.fault("workspace", UNAVAILABLE, { times: 1 });
  presence.start();
  beat();
  clock.advance(200_000);
  beat();
  await presence.sleepOver();
  await sender.ended("workspace");
  assertEquals(await presence.sleepOver(), 0.75);
  await sender.ended("workspace", 2);
});

for (const [random, seconds] of [[0, 6], [1 - Number.EPSILON, 42]] as const) {
  Deno.test(`PresenceLoop.run() looks ${seconds} s after the beat that ends a gap when the random number is ${random}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { random });
    const { beat, clock, sender } = presence;
    presence.start();
    clock.advance(200_000);
    beat();
    await turn();
    assertEquals(sender.sent, []);
    assertAlmostEquals(await presence.sleepOver(), seconds, 1e-6);
    await sender.ended("workspace");
  });
}

Deno.test("PresenceLoop.run() looks as late after the beat that ends a gap when it was to look before", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, contact, sender } = presence;
  presence.start();
  contact.record(false);
  beat("not_found");
  await turn();
  clock.advance(200_000);
  contact.record(true);
  beat();
  await turn();
  assertEquals(sender.sent, []);
  assertEquals(await presence.sleepOver(), 24);
  await sender.ended("workspace");
});

Deno.test("PresenceLoop.run() does not keep the first registration waiting when the first beat is accepted late", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { beat, clock, sender } = presence;
  platform.fault("workspace", UNAVAILABLE, { times: 1 });
  presence.start();
  beat("unavailable");
  await sender.ended("workspace");
  clock.advance(200_000);
  beat();
  await sender.ended("register");
});

Deno.test("PresenceLoop.run() does not count the time before it began as a gap", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, sender } = presence;
  clock.advance(60 * 60_000);
  presence.start();
  beat();
  await turn();
  assertEquals([sender.sent, presence.lines], [[], []]);
});
