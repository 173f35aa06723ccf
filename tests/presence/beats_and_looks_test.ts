import { assertEquals, assertMatch } from "@std/assert";
import { BeatLoop } from "../../lib/beat/mod.ts";
import { Report } from "../../lib/report/mod.ts";
import { type DevPlatform, type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence, type PresenceOptions, turn } from "./_presence.ts";

const REFUSED: Fault = { kind: "answer", status: 401, body: { error: "no" } };

/** A presence whose looks are driven by real beats, of a workspace with a live token. */
async function startBoth(platform: DevPlatform, options: PresenceOptions = {}) {
  const workspace = platform.addWorkspace();
  const { id: workspaceId, token } = workspace;
  await using made = new AsyncDisposableStack();
  const presence = made.use(
    await makePresence(platform, { workspaceId, token, random: 0, ...options }),
  );
  const { clock, contact, log, loop, secrets, sender } = presence;
  const beats = new BeatLoop({
    ...{ workspaceId, clock, contact, log, secrets, sender },
    intervalMs: 30_000,
    report: new Report(),
    onAccepted: () => {},
    watch: loop,
    random: () => 0.5,
  });
  const end = new AbortController();
  const running = beats.run(end.signal).catch((error) => {
    if (!end.signal.aborted) throw error;
  });
  made.defer(async () => {
    end.abort();
    await running;
  });
  presence.start();
  const kept = made.move();
  return {
    presence,
    workspace,
    /** Lets so many more beats end. */
    async beat(times = 1): Promise<void> {
      for (let n = 0; n < times; n++) {
        const beats = sender.count("heartbeat");
        await presence.sleepOver();
        await sender.ended("heartbeat", beats + 1);
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

Deno.test("BeatLoop makes PresenceLoop look with the tenth beat that is accepted, and no sooner", async () => {
  await using platform = await startDevPlatform();
  await using both = await startBoth(platform);
  const { sender } = both.presence;
  await sender.ended("heartbeat");
  await both.beat(8);
  assertEquals(sender.count("workspace"), 0);
  await both.beat();
  await sender.ended("workspace");
});

Deno.test("BeatLoop makes PresenceLoop look, and find out that the workspace was removed, when the token is refused the third time", async () => {
  await using platform = await startDevPlatform();
  await using both = await startBoth(platform);
  const { sender } = both.presence;
  await sender.ended("heartbeat");
  both.workspace.status = "removed";
  platform.fault("heartbeat", REFUSED); // as where other workspaces of the tenant have tokens
  await both.beat(2);
  assertEquals(sender.count("workspace"), 0);
  await both.beat();
  await sender.ended("workspace");
  assertEquals([sender.count("heartbeat"), both.presence.removals()], [4, 1]);
});

Deno.test("BeatLoop makes PresenceLoop register with the first beat, and again with the first one after a gap (contract 2)", async () => {
  await using platform = await startDevPlatform();
  await using both = await startBoth(platform, { mode: "poll" });
  const { clock, sender } = both.presence;
  await sender.ended("register");
  platform.goDown();
  const began = clock.now();
  while (clock.now() - began < 160_000) await both.beat();
  platform.comeBack();
  platform.advance(181_000);
  assertEquals([sender.count("register"), both.workspace.livenessKey], [1, false]);
  await both.beat();
  await clock.sleeping(2);
  clock.advance(24_000); // the look is spread
  await sender.ended("register", 2);
  assertEquals(both.workspace.livenessKey, true);
});

Deno.test("BeatLoop sends no beat while PresenceLoop knows that the workspace is removed, and one at once when it is there again", async () => {
  await using platform = await startDevPlatform();
  await using both = await startBoth(platform, { waitsForRestore: true });
  const { presence, workspace } = both;
  const { sender } = presence;
  await sender.ended("heartbeat");
  workspace.status = "removed";
  presence.loop.refused();
  await sender.ended("workspace");
  while (sender.count("workspace") < 5) await presence.sleepOver();
  await sender.ended("workspace", 5);
  assertEquals(sender.count("heartbeat"), 1);
  workspace.status = "online";
  await presence.sleepOver();
  await sender.ended("heartbeat", 2);
  assertMatch(presence.told().join("\n"), /INFO The workspace is there again \(online\)/);
});

Deno.test("BeatLoop lets nobody else go on when a beat is answered that was on its way when the workspace was removed", async () => {
  await using platform = await startDevPlatform();
  platform.fault("heartbeat", { kind: "hang" });
  await using both = await startBoth(platform, { waitsForRestore: true });
  const { presence, workspace } = both;
  const { contact, loop, sender, signal } = presence;
  await platform.waitFor(({ route }) => route === "heartbeat", { whenReceived: true });
  workspace.status = "removed";
  loop.refused();
  await sender.ended("workspace");
  let goesOn = false;
  contact.regained(signal).then(() => goesOn = true); // as the poll loop waits
  platform.clearFaults();
  await sender.ended("heartbeat");
  await turn();
  assertEquals([contact.lost, goesOn], [true, false]);
});
