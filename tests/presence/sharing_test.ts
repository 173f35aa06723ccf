import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { orAborted } from "../../lib/clock.ts";
import { Turns } from "../../lib/turns.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { hangingSource } from "./_hanging_source.ts";
import { makePresence, turn } from "./_presence.ts";
import { tick } from "./_tick.ts";

/** A pace that lets nobody go on before it is told to, and how many requests were asked for. */
function hangingPace() {
  const asked: number[] = [];
  const first = Promise.withResolvers<void>();
  return {
    asked,
    go: first.resolve,
    pace: (requests: number, signal: AbortSignal) => {
      asked.push(requests);
      return orAborted(first.promise, signal);
    },
  };
}

Deno.test("PresenceLoop.run() prepares, looks and registers when its turn for two requests has come", async () => {
  await using platform = await startDevPlatform();
  const { asked, go, pace } = hangingPace();
  const { answer, looks, source } = hangingSource();
  answer(undefined);
  await using presence = await makePresence(platform, { mode: "poll", pace, source });
  presence.start();
  presence.beat();
  await turn();
  assertEquals([asked, looks(), presence.sender.sent], [[2], 0, []]);
  go();
  await presence.sender.ended("register");
  assertEquals(presence.sender.sent, ["workspace", "register"]);
});

Deno.test("PresenceLoop.run() waits for its turn for one request when no registration is wanted", async () => {
  await using platform = await startDevPlatform();
  const { asked, go, pace } = hangingPace();
  await using presence = await makePresence(platform, { pace });
  presence.start();
  presence.loop.refused();
  await turn();
  assertEquals([asked, presence.sender.sent], [[1], []]);
  go();
  await presence.sender.ended("workspace");
});

Deno.test("PresenceLoop.run() asks for two requests, then for one, when a registration was wanted", async () => {
  await using platform = await startDevPlatform();
  const { asked, go, pace } = hangingPace();
  go();
  await using presence = await makePresence(platform, { mode: "poll", pace });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  presence.beat("ok", 10);
  await presence.sender.ended("workspace", 2);
  assertEquals(asked, [2, 1]);
});

Deno.test("Registration.prepare() reads and probes when it may use the disk", async () => {
  await using platform = await startDevPlatform();
  const disk = new Turns();
  await using presence = await makePresence(platform, { disk });
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  let isOver = false;
  const preparing = presence.registration.prepare().finally(() => isOver = true);
  await presence.tokens.current();
  await turn();
  assertEquals(isOver, false);
  other.resolve();
  await holding;
  assertEquals((await preparing).kind, "prepared");
});

Deno.test("Registration.prepare() fails after a second when it may not use the disk, which others wait for", async () => {
  await using platform = await startDevPlatform();
  const { answer, source } = hangingSource();
  answer(undefined);
  const disk = { take: () => new Promise<never>(() => {}) };
  await using presence = await makePresence(platform, { disk, source });
  using time = new FakeTime();
  let kind = "";
  presence.registration.prepare().then((prepared) => kind = prepared.kind);
  await tick(time, 999);
  assertEquals(kind, "");
  await tick(time, 1);
  assertEquals(kind, "failed");
});
