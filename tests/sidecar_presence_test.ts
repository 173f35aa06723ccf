import { assertEquals, assertMatch } from "@std/assert";
import { exists } from "@std/fs/exists";
import type { DevPlatform, Dialect, Fault } from "../scripts/dev_platform/mod.ts";
import { advance, eventually, type Running, startRunning } from "./_running_sidecar.ts";
import { eachDialect } from "./support/mod.ts";

const REGISTERED = { workspace: { token: null }, registerMode: "poll" } as const;

/** Answers the next beat so. */
function answerBeat(platform: DevPlatform, status: number): void {
  const fault: Fault = { kind: "answer", status, body: { error: "x" } };
  platform.fault("heartbeat", fault, { times: 1 });
}

/** Waits until so many beats have ended, and turns the clock past the next. */
async function pastBeat({ clock, platform }: Running, count: number): Promise<void> {
  await platform.waitFor(({ route }) => route === "heartbeat", { count });
  await advance(clock, 32_000);
}

eachDialect.test("Sidecar.run() asks only whether a removed workspace is there again, and goes on when it is, when it waits for that", async (dialect) => {
  const options = { waitsForRestore: true };
  await using running = await startRunning(dialect, undefined, options);
  const { clock, logged, platform, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  workspace.status = "removed";
  await advance(clock, 15_000); // to the poll, which is refused
  await clock.sleeping(4); // besides report, beat and poll the next look
  const from = platform.requests.length;
  for (let count = 1; count <= 3; count++) {
    await clock.sleeping(2); // the report and the next look
    clock.advance(5 * 60_000);
    await platform.waitFor(({ route }) => route === "workspace", { from, count });
  }
  assertEquals(
    platform.requests.slice(from).map(({ route }) => route),
    ["workspace", "workspace", "workspace"],
  );
  workspace.status = "online";
  await clock.sleeping(2);
  clock.advance(5 * 60_000);
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200, { from });
  assertEquals(logged(/workspace (was removed|is there again)/i).length, 2);
});

eachDialect.test("Sidecar.run() asks for the workspace with every tenth beat at the latest", async (dialect) => {
  await using running = await startRunning(dialect);
  const { platform, workspace } = running;
  for (let beats = 1; beats <= 10; beats++) await pastBeat(running, beats);
  await platform.waitFor(({ route }) => route === "workspace");
  assertEquals(workspace.beats.length >= 10, true);
  assertEquals(running.logged(/^(WARN|ERROR)/), []);
});

eachDialect.test("Sidecar.run() asks for the workspace with the third refusal of the token in a row", async (dialect) => {
  await using running = await startRunning(dialect, (platform) => {
    for (let beat = 0; beat < 3; beat++) {
      // The one beat, and its second try with the token that was read again.
      answerBeat(platform, 401);
      answerBeat(platform, 401);
    }
  });
  const { clock, platform } = running;
  for (let beats = 2; beats <= 4; beats += 2) {
    await platform.waitFor(({ route }) => route === "heartbeat", { count: beats });
    assertEquals(platform.requestsTo("workspace").length, 0);
    await advance(clock, 12_000);
  }
  await platform.waitFor(({ route }) => route === "workspace");
  assertEquals(platform.requestsTo("heartbeat").length, 6);
});

eachDialect.test("Sidecar.run() registers the workspace as soon as the first beat has ended, and again after a gap (contract 2)", async (dialect) => {
  await using running = await startRunning(dialect, undefined, REGISTERED);
  const { clock, platform, workspace } = running;
  await platform.waitFor(({ route }) => route === "register");
  platform.goDown();
  platform.advance(181_000);
  for (let seconds = 0; seconds <= 180; seconds += 30) {
    await clock.sleeping(2); // the poll waits, once it has noticed
    clock.advance(30_000);
  }
  assertEquals(workspace.livenessKey, false);
  platform.comeBack();
  await clock.sleeping(2);
  clock.advance(30_000);
  await platform.waitFor(({ route }) => route === "register", { count: 2 });
  assertEquals(workspace.livenessKey, true);
});

eachDialect.test("Sidecar.run() finds no gap between two beats when they are 5 minutes apart, as is wanted", async (dialect) => {
  await using running = await startRunning(dialect, undefined, { intervalSeconds: 300 });
  const { clock, platform } = running;
  for (let count = 1; count <= 3; count++) {
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
    await advance(clock, 320_000); // past the jitter, too
  }
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 4 });
  assertEquals(running.logged(/No beat was accepted/), []);
});

eachDialect.test("Sidecar.run() keeps the token on disk before it ends when it is stopped while the registration is answered", async (dialect) => {
  await using running = await startRunning(
    dialect,
    (platform) => platform.fault("register", { kind: "hang" }),
    REGISTERED,
  );
  const { dir, platform, workspace } = running;
  await platform.waitFor(({ route }) => route === "register", { whenReceived: true });
  running.stop();
  platform.clearFaults();
  assertEquals(await running.ended, 0);
  assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
});

eachDialect.test("Sidecar.run() keeps the inbound secret that the answer to the registration carries", async (dialect) => {
  const options = { ...REGISTERED, workspace: { token: null, inboundSecret: "of-inbound-calls" } };
  await using running = await startRunning(
    dialect,
    (platform) => platform.fault("heartbeat", { kind: "answer", status: 503 }),
    options,
  );
  await running.platform.waitFor(({ route }) => route === "register");
  await running.waitForLine(/The workspace is registered/);
  running.stop();
  await running.ended;
  const saved = await Deno.readTextFile(`${running.dir}/.platform_inbound_secret`);
  assertEquals(saved, "of-inbound-calls");
});

/** Waits until a file is there. */
async function fileIsThere(path: string): Promise<void> {
  await eventually(() => exists(path), `There is no '${path}'`);
}

/** Beats after which the token is saved again. */
const ends: [what: string, status: number | undefined][] = [
  ["was accepted", undefined],
  ["was refused", 401],
  ["has failed", 503],
];
for (const [what, status] of ends) {
  eachDialect.test(`Sidecar.run() tries again to save the token that it was issued when a beat ${what}`, async (dialect) => {
    await using running = await startRunning(
      dialect,
      (platform) => platform.fault("register", { kind: "hang" }),
      REGISTERED,
    );
    const { clock, dir, platform, workspace } = running;
    await platform.waitFor(({ route }) => route === "register", { whenReceived: true });
    await Deno.mkdir(`${dir}/.auth_token.tmp/in-the-way`, { recursive: true });
    platform.clearFaults();
    await running.waitForLine(/^ERROR Cannot save the token that the platform has issued to/);
    await Deno.remove(`${dir}/.auth_token.tmp`, { recursive: true });
    if (status !== undefined) answerBeat(platform, status);
    if (status === 401) answerBeat(platform, status);
    await advance(clock, 32_000);
    await running.waitForLine(/^INFO Saving the token that the platform has issued recovered/);
    assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
  });
}

/** Registers a fresh workspace whose token cannot be saved. */
async function startUnsaved(dialect: Dialect): Promise<Running> {
  const running = await startRunning(
    dialect,
    (platform) => platform.fault("register", { kind: "hang" }),
    REGISTERED,
  );
  await running.platform.waitFor(({ route }) => route === "register", { whenReceived: true });
  await Deno.mkdir(`${running.dir}/.auth_token.tmp/in-the-way`, { recursive: true });
  running.platform.clearFaults();
  await running.waitForLine(/^ERROR Cannot save the token that the platform has issued to/);
  return running;
}

eachDialect.test("Sidecar.run() tries once more to save the token that it was issued before it ends", async (dialect) => {
  await using running = await startUnsaved(dialect);
  const { dir, workspace } = running;
  await Deno.remove(`${dir}/.auth_token.tmp`, { recursive: true });
  running.stop();
  assertEquals(await running.ended, 0);
  assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
});

eachDialect.test("Sidecar.run() ends with 1, and says what to do, when the token that it was issued cannot be saved", async (dialect) => {
  await using running = await startUnsaved(dialect);
  running.stop();
  assertEquals(await running.ended, 1);
  assertMatch(
    running.logged(/^ERROR/).at(-1) ?? "",
    /^ERROR The token that the platform has issued could not be saved, and is lost: make another in /,
  );
});

eachDialect.test("Sidecar.run() puts the token that it was issued back when the folder is emptied", async (dialect) => {
  await using running = await startRunning(dialect, undefined, REGISTERED);
  const { clock, dir, platform, workspace } = running;
  await running.waitForLine(/The workspace is registered/);
  const file = `${dir}/.auth_token`;
  await fileIsThere(file);
  await advance(clock, 32_000); // the token is looked at
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 2 });
  await Deno.remove(file);
  await advance(clock, 32_000);
  await fileIsThere(file);
  assertEquals(await Deno.readTextFile(file), workspace.token);
});

eachDialect.test("Sidecar.run() ends with 77, and says why, when the workspace is removed", async (dialect) => {
  await using running = await startRunning(dialect);
  const { clock, platform, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  workspace.status = "removed";
  await advance(clock, 15_000); // to the poll, which is refused
  assertEquals(await running.ended, 77);
  assertMatch(
    running.logged(/^ERROR/)[0] ?? "",
    /^ERROR The workspace was removed from the platfo/,
  );
});

eachDialect.test("Sidecar.run() looks again when it is run again after its workspace was removed", async (dialect) => {
  await using running = await startRunning(dialect);
  const { clock, platform, sidecar, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  workspace.status = "removed";
  await advance(clock, 15_000);
  await running.ended;
  const from = platform.requests.length;
  workspace.status = "online";
  const end = new AbortController();
  const again = sidecar.run(end.signal);
  await platform.waitFor(({ route }) => route === "workspace", { from });
  await platform.waitFor(({ route }) => route === "heartbeat", { from });
  end.abort();
  assertEquals(await again, 0);
});
