import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Secrets } from "../lib/log/mod.ts";
import { Sidecar } from "../lib/sidecar.ts";
import type { SidecarOptions } from "../lib/sidecar_options.ts";
import { learnSavedSecret } from "../lib/sidecar_parts.ts";
import { advance, startRunning } from "./_running_sidecar.ts";
import { eachDialect, makeTempDir } from "./support/mod.ts";

eachDialect.test("Sidecar.run() beats at once, polls half an interval later, and delivers, wakes and notifies", async (dialect) => {
  await using running = await startRunning(dialect);
  const { clock, platform, workspace } = running;
  workspace.finish(workspace.delegate(), "the answer");
  await platform.waitFor(({ route }) => route === "heartbeat");
  const [_report, poll = 0, beat = 0] = await clock.sleeping(3);
  assertEquals(poll, 15_000);
  assert(beat >= 28_500 && beat <= 31_500, `${beat} ms`);
  assertEquals(platform.requests.length, 1);
  clock.advance(15_000);
  await platform.waitFor(({ route }) => route === "a2a");
  await platform.waitFor(({ route }) => route === "notify");
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
});

eachDialect.test("Sidecar.run() goes on beating and polling while a wake waits for the agent's turn (D7)", async (dialect) => {
  await using running = await startRunning(dialect);
  const { clock, platform, workspace } = running;
  workspace.agent = { kind: "blocks" };
  workspace.finish(workspace.delegate(), "the answer");
  await platform.waitFor(({ route }) => route === "heartbeat");
  await advance(clock, 15_000);
  await platform.waitFor(({ route }) => route === "a2a", { whenReceived: true });
  for (let count = 2; count <= 4; count++) {
    await advance(clock, 17_000); // past the next beat
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
    await advance(clock, 15_000); // past the next poll
    await platform.waitFor(({ route }) => route === "delegations", { count });
  }
  assertEquals(platform.requestsTo("a2a").map(({ status }) => status), [undefined]);
});

eachDialect.test("Sidecar.run() goes on beating when the poll is not answered", async (dialect) => {
  await using running = await startRunning(dialect, (platform) => {
    platform.fault("delegations", { kind: "hang" });
  });
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await advance(clock, 15_000);
  await platform.waitFor(({ route }) => route === "delegations", { whenReceived: true });
  for (let count = 2; count <= 4; count++) {
    await clock.sleeping(2);
    clock.advance(32_000);
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
  }
});

eachDialect.test("Sidecar.run() logs the begin and the end of an outage of the beats, and no more (D33)", async (dialect) => {
  await using running = await startRunning(dialect, (platform) => {
    const fault = { kind: "answer", status: 503, body: { error: "draining" } } as const;
    platform.fault("heartbeat", fault, { times: 4 });
  });
  const { clock, platform, logged } = running;
  for (let count = 1; count <= 4; count++) {
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
    await advance(clock, 20_000);
  }
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  await clock.sleeping(3);
  const [begin = "", end = "", ...more] = logged(/^(WARN|INFO|ERROR) .*[Bb]eat/);
  assertMatch(begin, /^WARN The beat failed: answered 503: draining; retrying$/);
  assertMatch(end, /^INFO Beats recovered after 80\.0 s and 4 failed attempts$/);
  assertEquals(more, []);
});

eachDialect.test("Sidecar.run() logs the begin and the end of trouble with the polls, and no more (D33)", async (dialect) => {
  await using running = await startRunning(dialect, (platform) => {
    platform.fault("delegations", { kind: "answer", status: 404 }, { times: 3 });
  });
  const { clock, platform, logged } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await advance(clock, 15_000);
  for (let count = 1; count <= 3; count++) {
    await platform.waitFor(({ route }) => route === "delegations", { count });
    await advance(clock, 17_000);
    await platform.waitFor(({ route }) => route === "heartbeat", { count: count + 1 });
    await advance(clock, 15_000);
  }
  await platform.waitFor(({ route, status }) => route === "delegations" && status === 200);
  await clock.sleeping(3);
  const [begin = "", end = "", ...more] = logged(/^(WARN|INFO|ERROR) .*[Rr]esults/);
  assertMatch(begin, /^WARN Results cannot be asked for: answered 404/);
  assertMatch(end, /^INFO Polling for results recovered after \d+\.0 s and 3 failed attempts$/);
  assertEquals(more, []);
});

eachDialect.test("Sidecar.run() refuses to run twice at once, and runs again when it has ended", async (dialect) => {
  await using running = await startRunning(dialect);
  const { signal } = new AbortController();
  await assertRejects(() => running.sidecar.run(signal), TypeError, "it is running already");
  await running.platform.waitFor(({ route }) => route === "heartbeat");
  await running[Symbol.asyncDispose]();
  await running.sidecar.run(AbortSignal.abort());
});

eachDialect.test("Sidecar.run() ends, and nothing of it is left, when it is stopped in the middle of everything", async (dialect) => {
  const running = await startRunning(dialect, (platform) => {
    platform.fault("heartbeat", { kind: "hang" });
  });
  await running.platform.waitFor(({ route }) => route === "heartbeat", { whenReceived: true });
  await running[Symbol.asyncDispose]();
  assertEquals(running.logged(/^(WARN|ERROR)/), []);
});

Deno.test("Sidecar refuses options that no sidecar could start with", () => {
  const platformUrl = "http://127.0.0.1:1";
  const table: [options: SidecarOptions, says: RegExp][] = [
    [{ platformUrl, workspaceId: "" }, /option workspaceId: expected 1 to 128 letters/],
    [{ platformUrl: "localhost:1", workspaceId: "w" }, /option platformUrl: expected an http/],
    [{ platformUrl, workspaceId: "w", intervalSeconds: 0 }, /intervalSeconds to be more than 0/],
    [{ platformUrl, workspaceId: "w", intervalSeconds: Infinity }, /intervalSeconds to be more/],
    [{ platformUrl, workspaceId: "w", intervalSeconds: NaN }, /intervalSeconds to be more than 0/],
    [{ platformUrl, workspaceId: "w", resultsMode: 0o777 }, /option resultsMode: expected an oct/],
    [{ platformUrl, workspaceId: "w", resultsMaxBytes: -5 }, /option resultsMaxBytes: expected a/],
    [
      { platformUrl, workspaceId: "w", replayMaxAgeSeconds: 0.5 },
      /option replayMaxAgeSeconds: exp/,
    ],
    [{ platformUrl, workspaceId: "w", reportMaxAgeSeconds: -1 }, /option reportMaxAgeSeconds: exp/],
    [
      { platformUrl, workspaceId: "w", notify: JSON.parse('"some"') },
      /option notify: expected all/,
    ],
    [{ platformUrl, workspaceId: "w", token: "a secret" }, /option token: expected printable/],
    [{ platformUrl, workspaceId: "w", orgId: "\n" }, /option orgId: expected 1 to 128 printable/],
  ];
  for (const [options, says] of table) {
    const error = assertThrows(() => new Sidecar(options), TypeError);
    assertMatch(error.message, says);
    assert(!error.message.includes("a secret"));
  }
});

Deno.test("learnSavedSecret() hides what a former run has saved, and minds no file that is not there", async () => {
  await using dir = await makeTempDir();
  const secrets = new Secrets();
  await learnSavedSecret(dir.path, secrets);
  await Deno.writeTextFile(`${dir.path}/.platform_inbound_secret`, "a saved secret\n");
  await learnSavedSecret(dir.path, secrets);
  assertEquals(secrets.mask("it is 'a saved secret'"), "it is '[redacted]'");
});
