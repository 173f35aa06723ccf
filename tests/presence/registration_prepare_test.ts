import { assertEquals, assertMatch } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Turns } from "../../lib/turns.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { hangingSource } from "./_hanging_source.ts";
import { makePresence } from "./_presence.ts";
import { tick } from "./_tick.ts";

Deno.test("Registration.prepare() gives the body, whether there is a token, and no obstacle, and asks the platform for nothing", async () => {
  await using platform = await startDevPlatform();
  for (const token of [undefined, "a-token"]) {
    await using presence = await makePresence(platform, { workspaceId: "w", token });
    assertEquals(await presence.registration.prepare(), {
      kind: "prepared",
      body: {
        id: "w",
        url: "",
        agent_card: { name: "molecule-mcp-w", skills: [] },
        delivery_mode: "poll",
      },
      hasToken: token !== undefined,
      obstacle: undefined,
    });
  }
  assertEquals(platform.requests.length, 0);
});

Deno.test("Registration.prepare() names what keeps a token from being written, when something does", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  await Deno.mkdir(`${presence.dir}/.auth_token.tmp/in-the-way`, { recursive: true });
  const prepared = await presence.registration.prepare();
  assertEquals(prepared.kind, "prepared");
  assertMatch("obstacle" in prepared ? prepared.obstacle?.message ?? "" : "", /cannot be kept/);
});

Deno.test("Registration.prepare() fails, and names the file, when the agent card cannot be used", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  await Deno.writeTextFile(`${presence.dir}/agent_card.json`, "{");
  const prepared = await presence.registration.prepare();
  assertEquals(prepared.kind, "failed");
  const { message = "", trouble } = prepared.kind === "failed" ? prepared : {};
  assertMatch(message, /^Cannot use the agent card '.+agent_card\.json': it is no JSON/);
  assertEquals(trouble, message);
});

Deno.test("Registration.prepare() does not wait for a pipe that stands where the agent card should", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  await new Deno.Command("mkfifo", { args: [`${presence.dir}/agent_card.json`] }).output();
  const prepared = await presence.registration.prepare();
  assertMatch("message" in prepared ? prepared.message : "", /it is not a regular file$/);
});

Deno.test("Registration.prepare() fails, and says where the agent's address may stand, when push mode has none", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "push" });
  const prepared = await presence.registration.prepare();
  assertEquals(prepared.kind, "failed");
  const { message = "", trouble } = prepared.kind === "failed" ? prepared : {};
  assertMatch(message, /^Cannot register in push mode without the agent's address/);
  assertEquals(trouble, message);
});

Deno.test("Registration.prepare() fails after a second, and no sooner, when the disk does not answer", async () => {
  await using platform = await startDevPlatform();
  const { answer, asked, source } = hangingSource();
  await using presence = await makePresence(platform, { source });
  using time = new FakeTime();
  let isOver = false;
  const preparing = presence.registration.prepare().finally(() => isOver = true);
  await asked;
  await tick(time, 999);
  assertEquals(isOver, false);
  await tick(time, 1);
  assertEquals(isOver, true);
  assertEquals(await preparing, {
    kind: "failed",
    message: "the disk does not answer within 1 s",
    cause: 75,
  });
  answer(undefined);
  await presence.registration.prepare(); // which ends with the first look
});

/** Does something that has a second for it, in no time. */
async function hurried<T>(work: () => Promise<T>, begun: Promise<unknown>): Promise<T> {
  using time = new FakeTime();
  const working = work();
  await begun;
  await tick(time, 1000);
  return await working;
}

Deno.test("Registration.prepare() begins no second look at a disk that has not answered the first one", async () => {
  await using platform = await startDevPlatform();
  const { answer, asked, looks, source } = hangingSource();
  await using presence = await makePresence(platform, { source });
  using time = new FakeTime();
  const kinds: string[] = [];
  for (let n = 0; n < 4; n++) {
    presence.registration.prepare().then(({ kind }) => kinds.push(kind));
    await asked;
    await tick(time, 1000);
  }
  assertEquals([kinds, looks()], [["failed", "failed", "failed", "failed"], 1]);
  answer(undefined);
  await presence.registration.prepare(); // which ends with the first look
});

Deno.test("Registration.prepare() gives what a disk that was too slow has answered meanwhile", async () => {
  await using platform = await startDevPlatform();
  const { answer, asked, looks, source } = hangingSource();
  await using presence = await makePresence(platform, { source });
  const { registration } = presence;
  const late = await hurried(() => registration.prepare(), asked);
  answer("a-token");
  await new Promise((resolve) => setTimeout(resolve));
  const next = await registration.prepare();
  assertEquals([late.kind, next.kind, looks()], ["failed", "prepared", 1]);
});

Deno.test("Registration.prepare() looks anew when what a slow disk has answered is more than a minute old", async () => {
  await using platform = await startDevPlatform();
  const { answer, asked, looks, source } = hangingSource();
  const disk = new Turns();
  await using presence = await makePresence(platform, { source, disk });
  const { clock, registration } = presence;
  await hurried(() => registration.prepare(), asked);
  answer("a-token");
  await new Promise((resolve) => setTimeout(resolve));
  await disk.take(() => Promise.resolve()); // behind the look that was too slow
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(60_000);
  assertEquals([(await registration.prepare()).kind, looks()], ["prepared", 2]);
});

Deno.test("Registration.prepare() finds the token that is on the disk when the source knows of none yet", async () => {
  await using platform = await startDevPlatform();
  const none = () => Promise.resolve(undefined);
  const source = { current: none, refresh: none };
  await using presence = await makePresence(platform, { source });
  await Deno.writeTextFile(`${presence.dir}/.auth_token`, "a-token");
  const prepared = await presence.registration.prepare();
  assertEquals("hasToken" in prepared && prepared.hasToken, true);
});

Deno.test("Registration.prepare() looks anew when the disk answers again", async () => {
  await using platform = await startDevPlatform();
  const { answer, looks, source } = hangingSource();
  await using presence = await makePresence(platform, { source });
  const { registration } = presence;
  const first = registration.prepare();
  answer("a-token");
  for (const prepared of [await first, await registration.prepare()]) {
    assertEquals([prepared.kind, "hasToken" in prepared && prepared.hasToken], ["prepared", true]);
  }
  assertEquals(looks(), 2);
});

Deno.test("Registration.prepare() does no harm to a token that is being saved meanwhile", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { dir, issuedToken, registration } = presence;
  for (let n = 0; n < 50; n++) {
    const token = `issued-token-${n}`;
    issuedToken.offer({ auth_token: token });
    await registration.prepare();
    for (let tries = 0; !await issuedToken.settled() && tries < 3; tries++) issuedToken.retry();
    assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), token);
  }
});
