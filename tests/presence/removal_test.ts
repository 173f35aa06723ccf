import { assertEquals, assertMatch } from "@std/assert";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence } from "./_presence.ts";
import { makeRemoved, mayBeat } from "./_removed.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

const REMOVED = { error: "workspace removed", removed_at: "2026-06-01", hint: "restore it" };
const WAS_REMOVED = "The workspace was removed from the platform";
const IS_UNKNOWN = "The platform does not know the workspace, so it was removed";

const removals: [what: string, fault: Fault, says: string][] = [
  [
    "is 404 with JSON",
    answer(404, { error: "workspace not found" }),
    `${IS_UNKNOWN} (answered 404: workspace not found)`,
  ],
  [
    "is 410 with a hint (contract 7 #135)",
    answer(410, REMOVED),
    `${WAS_REMOVED} (answered 410: workspace removed, removed at 2026-06-01): restore it`,
  ],
  [
    "is 410 whose body is null (contract 7 #137)",
    answer(410, "null"),
    `${WAS_REMOVED} (answered 410)`,
  ],
  ["is an empty 410 (contract 7 #136)", answer(410), `${WAS_REMOVED} (answered 410)`],
  [
    "has the status removed",
    answer(200, { status: "removed" }),
    `${WAS_REMOVED} (its status is removed)`,
  ],
  [
    "has a hint that is none of the platform's",
    answer(410, { hint: "a\n2026 ERROR \x1b[31mb" }),
    `${WAS_REMOVED} (answered 410): a 2026 ERROR [31mb`,
  ],
];
for (const [what, fault, says] of removals) {
  Deno.test(`PresenceLoop.once() keeps the beats back, and tells it once, when the answer ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform);
    const { contact, loop, signal } = presence;
    platform.fault("workspace", fault);
    assertEquals(await mayBeat(presence), true);
    for (let look = 0; look < 3; look++) assertEquals(await loop.once(signal), "removed");
    assertEquals(presence.told(), [
      `ERROR ${says}; stopping; --wait-for-restore would wait until it is there again`,
    ]);
    assertEquals([await mayBeat(presence), contact.lost], [false, true]);
  });
}

Deno.test("PresenceLoop.run() tells that the workspace was removed once, however often it is refused", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  platform.fault("workspace", answer(410));
  presence.start();
  for (let looks = 1; looks <= 3; looks++) {
    presence.loop.refused();
    await presence.sender.ended("workspace", looks);
  }
  assertEquals([presence.removals(), presence.told().length], [1, 1]);
});

Deno.test("PresenceLoop.run() says that it can ask again when the answer is that the workspace was removed", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  platform.fault("workspace", answer(503), { times: 1 });
  platform.fault("workspace", answer(410));
  presence.start();
  presence.loop.refused();
  await presence.sender.ended("workspace");
  await presence.sleepOver();
  await presence.sender.ended("workspace", 2);
  assertEquals(presence.told().map((line) => line.slice(0, 36)), [
    "WARN The platform does not say wheth",
    "INFO Asking for the workspace recove",
    "ERROR The workspace was removed from",
  ]);
});

Deno.test("PresenceLoop.run() stops nothing, and says that it waits, when a removed workspace is waited for", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const { presence } = removed;
  assertEquals(presence.removals(), 0);
  assertMatch(presence.told()[0] ?? "", /^ERROR .+; waiting until it is there again$/);
  assertEquals([await mayBeat(presence), presence.contact.lost], [false, true]);
});

Deno.test("PresenceLoop.run() looks for a removed workspace more and more seldom, up to every 5 minutes", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const waits: number[] = [];
  for (let look = 2; look <= 8; look++) waits.push(await removed.nextLook());
  // Three quarters of the steps 30, 60, 120, 240, 300, 300 … s.
  assertEquals(waits, [22.5, 45, 90, 180, 225, 225, 225]);
  assertEquals(removed.presence.told().length, 1);
});

const silent: [what: string, fault: Fault][] = [
  ["fails", answer(503)],
  ["answers with a page", answer(200, "<html>")],
  ["answers with something else than a workspace", answer(200, [])],
  ["is not there", { kind: "reset" }],
];
for (const [what, fault] of silent) {
  for (const mode of ["off", "poll"] as const) {
    Deno.test(`PresenceLoop.run() goes on waiting, and says nothing, when the platform ${what} while the workspace is removed, with registering ${mode}`, async () => {
      await using platform = await startDevPlatform();
      await using removed = await makeRemoved(platform, { mode });
      const { nextLook, presence } = removed;
      platform.fault("workspace", fault);
      assertEquals([await nextLook(), await nextLook()], [22.5, 45]);
      assertEquals(await mayBeat(presence), false);
      const [line, ...more] = presence.lines.slice(1);
      assertMatch(line?.message ?? "", /^The platform does not say .+; waiting for it$/);
      assertEquals([line, ...more].map((line) => line?.level), ["DEBUG", "DEBUG"]);
    });
  }
}

Deno.test("PresenceLoop.run() goes on waiting when the platform does not know the workspace that was removed", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  platform.fault("workspace", answer(404, { error: "workspace not found" }));
  assertEquals([await removed.nextLook(), await removed.nextLook()], [22.5, 45]);
  assertEquals([await mayBeat(removed.presence), removed.presence.told().length], [false, 1]);
});

Deno.test("PresenceLoop.beatEnded() keeps contact lost when a beat is answered that was on its way when the workspace was removed", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const { contact, beat } = removed.presence;
  contact.record(true); // as BeatLoop does
  beat("ok");
  assertEquals([contact.lost, await mayBeat(removed.presence)], [true, false]);
});

Deno.test("PresenceLoop.run() looks again, and ends again, when it is run again for a workspace that was removed", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null, status: "removed" });
  await using presence = await makePresence(platform, { workspaceId: workspace.id });
  await presence.loop.once(presence.signal);
  presence.start();
  assertEquals(await mayBeat(presence), true, "until it is known again");
  await presence.sender.ended("workspace", 2);
  assertEquals([presence.removals(), await mayBeat(presence)], [2, false]);
});

Deno.test("PresenceLoop.allowed() resolves when the signal aborts while the workspace is removed", async () => {
  await using platform = await startDevPlatform();
  await using removed = await makeRemoved(platform);
  const end = new AbortController();
  const allowed = removed.presence.loop.allowed(end.signal);
  end.abort();
  await allowed;
});
