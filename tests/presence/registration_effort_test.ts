import { assertEquals, assertMatch } from "@std/assert";
import { RegistrationEffort } from "../../lib/presence/registration_effort.ts";
import { type DevPlatform, type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence, type PresenceOptions } from "./_presence.ts";

const MINUTE_MS = 60_000;

/** An effort to register a workspace that has no token. */
async function makeEffort(platform: DevPlatform, options: PresenceOptions = {}) {
  const presence = await makePresence(platform, options);
  const { registration, log, clock, dir, lines } = presence;
  const effort = new RegistrationEffort({ registration, log, clock });
  return {
    effort,
    clock,
    dir,
    /** Tries once, and gives the lines that this has led to, as "LEVEL message". */
    async attempt(): Promise<string[]> {
      const before = lines.length;
      const prepared = await effort.prepare();
      if (prepared !== undefined) await effort.attempt(prepared, presence.signal);
      await presence.issuedToken.settled();
      return lines.slice(before).map(({ level, message }) => `${level} ${message}`);
    },
    /** The same, but only how loud each line is. */
    async levels(): Promise<string[]> {
      return (await this.attempt()).map((line) => line.split(" ", 1)[0] ?? "");
    },
    [Symbol.asyncDispose]: () => presence[Symbol.asyncDispose](),
  };
}

function answer(status: number): Fault {
  return { kind: "answer", status, body: { error: "x" } };
}

Deno.test("RegistrationEffort is wanted until the workspace is registered, and tells of a token", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { attempt, effort } = trying;
  assertEquals([effort.isWanted, effort.isEager], [true, true]);
  assertEquals(await attempt(), ["INFO The workspace is registered, and has got a token"]);
  assertEquals([effort.isWanted, effort.isEager], [false, false]);
  effort.want();
  assertEquals([effort.isWanted, effort.isEager], [true, true]);
  assertEquals(await attempt(), ["INFO The workspace is registered"]);
});

Deno.test("RegistrationEffort.prepare() prepares nothing when no registration is wanted", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  await trying.attempt();
  assertEquals(await trying.effort.prepare(), undefined);
});

Deno.test("RegistrationEffort is given up, with an error, when the platform refuses it, until it is wanted again", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  platform.fault("register", answer(401), { times: 2 });
  const [line = "", ...more] = await trying.attempt();
  assertMatch(line, /^ERROR The workspace cannot be registered: answered 401: x: .+; beats go on$/);
  assertEquals(more, []);
  assertEquals([trying.effort.isWanted, trying.effort.isEager], [false, false]);
  trying.effort.want();
  assertEquals(await trying.levels(), ["INFO"]);
});

Deno.test("RegistrationEffort does not say that it has recovered when it was refused in between", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  for (const status of [503, 401, 401]) platform.fault("register", answer(status), { times: 1 });
  assertEquals(await trying.levels(), ["WARN"]);
  assertEquals(await trying.levels(), ["ERROR"]);
  trying.effort.want();
  assertEquals(await trying.attempt(), ["INFO The workspace is registered, and has got a token"]);
});

Deno.test("RegistrationEffort warns once, and is worth another try soon for 5 minutes, when the platform fails", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { attempt, clock, effort } = trying;
  platform.fault("register", answer(503));
  assertEquals(await attempt(), [
    "WARN The workspace could not be registered: answered 503: x; trying again, and beats go on",
  ]);
  clock.advance(5 * MINUTE_MS - 1);
  assertEquals(await trying.levels(), ["DEBUG"]);
  assertEquals([effort.isWanted, effort.isEager], [true, true]);
  clock.advance(1);
  assertEquals([effort.isWanted, effort.isEager], [true, false]);
});

Deno.test("RegistrationEffort counts its 5 minutes from the first attempt on, however late that is", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { clock, effort } = trying;
  platform.fault("register", answer(503));
  clock.advance(60 * MINUTE_MS);
  assertEquals(effort.isEager, true);
  assertEquals(await trying.levels(), ["WARN"]);
  clock.advance(5 * MINUTE_MS - 1);
  assertEquals(effort.isEager, true);
  clock.advance(1);
  assertEquals(effort.isEager, false);
});

Deno.test("RegistrationEffort says one error, and goes on now and then, when the platform fails for longer", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { attempt, clock, effort } = trying;
  platform.fault("register", answer(503));
  await attempt();
  clock.advance(5 * MINUTE_MS);
  assertEquals(await attempt(), [
    "ERROR The workspace could not be registered: answered 503: x; trying again now and then, and " +
    "beats go on",
  ]);
  clock.advance(5 * MINUTE_MS);
  assertEquals(await trying.levels(), ["DEBUG"]);
  assertEquals(effort.isWanted, true);
  platform.clearFaults();
  assertEquals(await attempt(), [
    "INFO Registering recovered after 600.0 s and 3 failed attempts",
    "INFO The workspace is registered, and has got a token",
  ]);
});

Deno.test("RegistrationEffort begins its 5 minutes anew, and may say an error again, when it is wanted again", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { clock, effort } = trying;
  platform.fault("register", answer(503));
  await trying.attempt();
  clock.advance(5 * MINUTE_MS);
  assertEquals(await trying.levels(), ["ERROR"]);
  effort.want();
  assertEquals(effort.isEager, true);
  assertEquals(await trying.levels(), ["DEBUG"]);
  clock.advance(5 * MINUTE_MS);
  assertEquals(await trying.levels(), ["ERROR"]);
});

Deno.test("RegistrationEffort says once, in the middle of an episode, each trouble that a person must mend", async () => {
  await using platform = await startDevPlatform();
  await using trying = await makeEffort(platform);
  const { attempt, dir } = trying;
  const statuses = [503, 400, 503, 400, 404];
  for (const status of statuses) platform.fault("register", answer(status), { times: 1 });
  const levels: string[] = [];
  for (const _ of statuses) levels.push(...await trying.levels());
  assertEquals(levels, ["WARN", "WARN", "DEBUG", "DEBUG", "WARN"]);

  await Deno.writeTextFile(`${dir}/agent_card.json`, "{");
  assertMatch((await attempt()).join("\n"), /^WARN .+it is no JSON/);
  assertMatch((await attempt()).join("\n"), /^DEBUG .+it is no JSON/);
  await Deno.writeTextFile(`${dir}/agent_card.json`, "{}");
  assertMatch((await attempt()).join("\n"), /^WARN .+it has no name/);
  await Deno.remove(`${dir}/agent_card.json`);
  await Deno.mkdir(`${dir}/.auth_token.tmp/in-the-way`, { recursive: true });
  assertMatch(
    (await attempt()).join("\n"),
    /^WARN .+the token that the platform would issue canno/,
  );
  assertMatch(
    (await attempt()).join("\n"),
    /^DEBUG .+the token that the platform would issue cann/,
  );
});

Deno.test("RegistrationEffort.failed() tells why the workspace was not even tried to be registered", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const { registration, log, clock } = presence;
  const effort = new RegistrationEffort({ registration, log, clock });
  effort.failed({ message: "nobody is there" });
  assertEquals(presence.told(), [
    "WARN The workspace could not be registered: nobody is there; trying again, and beats go on",
  ]);
});

Deno.test("RegistrationEffort.isFirst() is true as long as the workspace has no token, wanted or not", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  await using known = await makeEffort(platform, { workspaceId: id, token });
  assertEquals(await known.effort.isFirst(), false);
  await using fresh = await makeEffort(platform);
  platform.fault("register", answer(401), { times: 2 });
  await fresh.attempt();
  assertEquals([fresh.effort.isWanted, await fresh.effort.isFirst()], [false, true]);
  fresh.effort.want();
  await fresh.attempt();
  assertEquals(await fresh.effort.isFirst(), false, "it has got a token");
});
