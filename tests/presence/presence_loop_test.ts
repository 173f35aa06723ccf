import { assertEquals, assertMatch } from "@std/assert";
import { spy } from "@std/testing/mock";
import type { OutcomeKind } from "../../lib/platform/mod.ts";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence, turn } from "./_presence.ts";

const MINUTE_MS = 60_000;

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

for (const [random, first] of [[0, 10], [0.5, 6], [0.999, 2]] as const) {
  Deno.test(`PresenceLoop.run() looks after ${first} accepted beats, then after every 10, and no sooner, when chance says ${random}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { random });
    const { beat, sender } = presence;
    presence.start();
    for (const [looks, beats] of [first, 10, 10].entries()) {
      beat("ok", beats - 1);
      await turn();
      assertEquals(sender.sent.length, looks);
      beat("ok");
      await sender.ended("workspace", looks + 1);
    }
    assertEquals(presence.lines, []);
  });
}

const beats: [what: string, kinds: readonly OutcomeKind[], looks: number][] = [
  ["twice refuse the token", ["unauthorized", "unauthorized"], 0],
  ["three times in a row refuse the token", ["unauthorized", "unauthorized", "unauthorized"], 1],
  [
    "refuse the token three times, with other failures in between (contract 7 #122)",
    ["unauthorized", "unavailable", "unauthorized", "unreachable", "unauthorized"],
    1,
  ],
  [
    "are accepted after the second refusal of the token (contract 7 #123)",
    ["unauthorized", "unauthorized", "ok", "unauthorized", "unauthorized"],
    0,
  ],
  ["say that the workspace is gone", ["gone"], 1],
  ["say that there is no such workspace", ["not_found"], 1],
  [
    "fail in a way that tells nothing of the workspace",
    ["rejected", "forbidden", "misrouted", "rate_limited", "unavailable", "timed_out"],
    0,
  ],
];
for (const [what, kinds, looks] of beats) {
  Deno.test(`PresenceLoop.run() looks ${looks === 1 ? "at once" : "not"} when beats ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform);
    presence.start();
    for (const kind of kinds) {
      await turn();
      assertEquals(presence.sender.sent, []);
      presence.beat(kind);
    }
    await turn();
    assertEquals(presence.sender.sent.length, looks);
  });
}

Deno.test("PresenceLoop.run() looks after the third refusal of the token in a row, then after every 20th", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, sender } = presence;
  presence.start();
  for (const [looks, refusals] of [3, 20, 20].entries()) {
    beat("unauthorized", refusals - 1);
    await turn();
    assertEquals(sender.sent.length, looks);
    beat("unauthorized");
    await sender.ended("workspace", looks + 1);
  }
  assertEquals(presence.lines, []);
});

Deno.test("PresenceLoop.run() counts the refusals of the token anew when a beat was accepted", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, sender } = presence;
  presence.start();
  beat("unauthorized", 10);
  await sender.ended("workspace");
  beat("ok");
  beat("unauthorized", 2);
  await turn();
  assertEquals(sender.sent.length, 1);
  beat("unauthorized");
  await sender.ended("workspace", 2);
});

Deno.test("PresenceLoop.refused() makes the loop look at once, also during a look", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { loop, sender } = presence;
  platform.fault("workspace", { kind: "hang" });
  loop.refused();
  presence.start();
  await platform.waitFor(({ route }) => route === "workspace", { whenReceived: true });
  loop.refused();
  loop.refused();
  await turn();
  assertEquals(sender.sent.length, 1, "one look at a time");
  platform.clearFaults();
  await sender.ended("workspace", 2);
  assertEquals(sender.sent.length, 2);
});

Deno.test("PresenceLoop.run() looks only when the platform can be reached", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { contact, loop, sender } = presence;
  contact.record(false);
  presence.start();
  loop.refused();
  await turn();
  assertEquals(sender.sent, []);
  contact.record(true);
  await sender.ended("workspace");
});

Deno.test("PresenceLoop.run() looks again soon, more and more seldom, for 5 minutes when the platform does not say why it refuses", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { clock, loop, sender } = presence;
  platform.fault("workspace", answer(503));
  presence.start();
  loop.refused();
  const waits: number[] = [];
  let looks = 1;
  for (; clock.now() < 5 * MINUTE_MS; looks++) {
    await sender.ended("workspace", looks);
    const [wait = NaN] = await clock.sleeping();
    waits.push(wait / 1000);
    clock.advance(wait);
  }
  // Three quarters of the steps 1, 12, 24, 24 … s.
  assertEquals(waits.slice(0, 7), [0.75, 9, 18, 18, 18, 18, 18]);
  await sender.ended("workspace", looks);
  clock.advance(60 * MINUTE_MS);
  await turn();
  assertEquals(sender.sent.length, looks, "and then when there is another reason");
  assertEquals(presence.told().map((line) => line.slice(0, 36)), [
    "WARN The platform does not say wheth",
  ]);
  platform.clearFaults();
  loop.refused();
  await sender.ended("workspace", looks + 1);
  assertMatch(presence.told()[1] ?? "", /^INFO Asking for the workspace recovered after \d/);
});

Deno.test("PresenceLoop.run() waits as long as the platform asks for before it looks again", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  platform.fault("workspace", { kind: "answer", status: 429, headers: { "Retry-After": "40" } }, {
    times: 1,
  });
  presence.start();
  presence.loop.refused();
  assertEquals(await presence.clock.sleeping(), [43_000]);
  presence.clock.advance(43_000);
  await presence.sender.ended("workspace", 2);
});

Deno.test("PresenceLoop.run() leaves it at one look when the platform does not say, and nothing presses", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, sender } = presence;
  platform.fault("workspace", answer(503));
  presence.start();
  for (let looks = 1; looks <= 3; looks++) {
    beat("ok", 10);
    await sender.ended("workspace", looks);
    clock.advance(10 * 1000);
    await turn();
    assertEquals(sender.sent.length, looks);
  }
});

Deno.test("PresenceLoop.run() leaves it at one look again when the platform has said what became of the workspace", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { beat, clock, loop, sender } = presence;
  presence.start();
  loop.refused();
  await sender.ended("workspace");
  platform.fault("workspace", answer(503));
  beat("ok", 10);
  await sender.ended("workspace", 2);
  clock.advance(MINUTE_MS);
  await turn();
  assertEquals(sender.sent.length, 2);
});

Deno.test("PresenceLoop.run() begins with the first wait again when the platform has said something in between", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { clock, loop, sender } = presence;
  platform.fault("workspace", answer(503), { times: 3 });
  presence.start();
  loop.refused();
  for (let look = 0; look < 3; look++) clock.advance((await clock.sleeping())[0] ?? NaN);
  await sender.ended("workspace", 4);
  platform.fault("workspace", answer(503), { times: 1 });
  loop.refused();
  assertEquals(await clock.sleeping(), [750]);
});

Deno.test("PresenceLoop.run() leaves nothing on the signal when it has looked, waited and rested", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { clock, contact, loop, sender } = presence;
  const end = new AbortController();
  using added = spy(end.signal, "addEventListener");
  using removed = spy(end.signal, "removeEventListener");
  const running = loop.run(end.signal);
  presence.beat();
  await sender.ended("register");
  contact.record(false);
  loop.refused();
  await turn();
  platform.fault("workspace", answer(503), { times: 1 });
  contact.record(true);
  await sender.ended("workspace", 2);
  clock.advance(750);
  await sender.ended("workspace", 3);
  assertEquals(added.calls.length - removed.calls.length, 1, "the rest that is under way");
  end.abort();
  await running;
  assertEquals(removed.calls.length, added.calls.length);
});

Deno.test("PresenceLoop.run() ends when the signal aborts, whatever it is at", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { contact, loop } = presence;
  await loop.run(AbortSignal.abort());
  for (const reachable of [true, false]) {
    contact.record(reachable);
    if (!reachable) loop.refused();
    const end = new AbortController();
    const running = loop.run(end.signal);
    await turn();
    end.abort();
    await running;
  }
  assertEquals(platform.requests.length, 0);
});

for (const [random, beats] of [[0, 10], [0.5, 6], [1 - Number.EPSILON, 2]] as const) {
  Deno.test(`PresenceLoop.run() looks with the ${beats}. beat after a look for another reason when the random number is ${random}, and then with every tenth`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { random });
    const { beat, loop, sender } = presence;
    presence.start();
    loop.refused();
    await sender.ended("workspace");
    for (const [index, count] of [beats, 10, 10].entries()) {
      beat("ok", count - 1);
      await turn();
      assertEquals(sender.sent.length, index + 1);
      beat();
      await sender.ended("workspace", index + 2);
    }
  });
}
