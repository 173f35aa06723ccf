import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Secrets } from "../lib/log/mod.ts";
import { learnSavedSecret, Sidecar } from "../lib/sidecar.ts";
import type { SidecarOptions } from "../lib/sidecar_options.ts";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../scripts/dev_platform/mod.ts";
import { makeTempDir, ManualClock, recordingLog } from "./support/mod.ts";

/** A sidecar under way in this process, on a clock that a test turns. */
interface Running extends AsyncDisposable {
  readonly sidecar: Sidecar;
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly clock: ManualClock;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
  /** Lines of a level, without those that tell of single steps. */
  logged(pattern: RegExp): string[];
}

async function startRunning(
  prepare: (platform: DevPlatform, dir: string) => void = () => {},
): Promise<Running> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform());
  const { path } = made.use(await makeTempDir());
  const workspace = platform.addWorkspace();
  prepare(platform, path);
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const sidecar = new Sidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    resultsFile: `${path}/results.jsonl`,
    configsDir: path,
    token: workspace.token,
    log,
    clock,
  });
  const stop = new AbortController();
  const running = sidecar.run(stop.signal);
  made.defer(async () => {
    stop.abort();
    await running;
  });
  const kept = made.move();
  return {
    sidecar,
    platform,
    workspace,
    clock,
    lines,
    logged: (pattern) =>
      lines.map(({ level, message }) => `${level} ${message}`).filter((line) => pattern.test(line)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Waits until the loops of report, polls and beats all sleep, then turns the clock. */
async function advance(clock: ManualClock, ms: number): Promise<void> {
  await clock.sleeping(3);
  clock.advance(ms);
}

Deno.test("Sidecar.run() beats at once, polls half an interval later, and delivers, wakes and notifies", async () => {
  await using running = await startRunning();
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

Deno.test("Sidecar.run() goes on beating and polling while a wake waits for the agent's turn (D7)", async () => {
  await using running = await startRunning();
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

Deno.test("Sidecar.run() goes on beating when the poll is not answered", async () => {
  await using running = await startRunning((platform) => {
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

Deno.test("Sidecar.run() logs the begin and the end of an outage of the beats, and no more (D33)", async () => {
  await using running = await startRunning((platform) => {
    const fault = { kind: "answer", status: 503, body: { error: "draining" } } as const;
    platform.fault("heartbeat", fault, { times: 4 });
  });
  const { clock, platform, logged } = running;
  for (let count = 1; count <= 4; count++) {
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
    await advance(clock, 10_000);
  }
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  await clock.sleeping(3);
  const [begin = "", end = "", ...more] = logged(/^(WARN|INFO|ERROR) .*[Bb]eat/);
  assertMatch(begin, /^WARN The beat failed: answered 503: draining; retrying$/);
  assertMatch(end, /^INFO Beats recovered after 40\.0 s and 4 failed attempts$/);
  assertEquals(more, []);
});

Deno.test("Sidecar.run() logs the begin and the end of trouble with the polls, and no more (D33)", async () => {
  await using running = await startRunning((platform) => {
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

Deno.test("Sidecar.report is what the next beat carries, which comes at once", async () => {
  await using running = await startRunning();
  const { clock, platform, sidecar, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  sidecar.report.startTask("Reading the contract");
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 2 });
  assertEquals([workspace.currentTask, workspace.activeTasks], ["Reading the contract", 1]);
});

Deno.test("Sidecar.run() beats what the report file says, from the first beat on, and at once when it changes", async () => {
  let file = "";
  await using running = await startRunning((_platform, dir) => {
    file = `${dir}/.runtime_report.json`;
    Deno.writeTextFileSync(file, '{"wedged": "stuck", "active_tasks": 1, "current_task": "a"}');
  });
  const { clock, platform, sidecar, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  assertEquals([workspace.status, workspace.currentTask], ["degraded", "a"]);
  await clock.sleeping(3);
  sidecar.report.startTask("of the embedding program");
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 2 });
  assertEquals(workspace.activeTasks, 2, "the two are added up");
  await Deno.writeTextFile(file, "{}");
  await advance(clock, 1000);
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 3 });
  assertEquals([workspace.status, workspace.activeTasks], ["online", 1]);
});

Deno.test("Sidecar.run() goes on beating, and says so once, when the report file is broken", async () => {
  await using running = await startRunning((_platform, dir) => {
    Deno.writeTextFileSync(`${dir}/.runtime_report.json`, '{"active_tasks": "two"}');
  });
  const { clock, platform, logged } = running;
  await clock.sleeping(1);
  clock.advance(250); // a broken report is looked at twice before the first beat
  await platform.waitFor(({ route }) => route === "heartbeat");
  for (let count = 2; count <= 4; count++) {
    await advance(clock, 32_000);
    await platform.waitFor(({ route }) => route === "heartbeat", { count });
  }
  const [line = "", ...more] = logged(/report/);
  assertMatch(line, /^WARN Cannot use the agent's report '.*': 'active_tasks': expected a whole /);
  assertEquals(more, []);
});

Deno.test("Sidecar.run() beats all the same when it cannot be certain what the agent says", async () => {
  await using running = await startRunning((_platform, dir) => {
    Deno.writeTextFileSync(`${dir}/.runtime_report.json`, "{");
  });
  const { clock, platform, workspace } = running;
  await clock.sleeping(1); // and nobody turns the clock: the second look never comes
  await platform.waitFor(({ route }) => route === "heartbeat");
  assertEquals(workspace.activeTasks, 0);
});

Deno.test("Sidecar.run() beats on while the program that embeds it reports all the time", async () => {
  await using platform = await startDevPlatform();
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace({ token: null });
  const sidecar = new Sidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    intervalSeconds: 0.2, // so that the test is short
    resultsFile: `${dir.path}/results.jsonl`,
    configsDir: dir.path,
    log: recordingLog().log,
  });
  const stop = new AbortController();
  const running = sidecar.run(stop.signal);
  const beaten = platform.waitFor(({ route }) => route === "heartbeat", { count: 5 })
    .finally(() => stop.abort());
  while (!stop.signal.aborted) {
    sidecar.report.recordSuccess();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await beaten;
  await running;
});

Deno.test("Sidecar.run() refuses to run twice at once, and runs again when it has ended", async () => {
  await using running = await startRunning();
  const { signal } = new AbortController();
  await assertRejects(() => running.sidecar.run(signal), TypeError, "it is running already");
  await running.platform.waitFor(({ route }) => route === "heartbeat");
  await running[Symbol.asyncDispose]();
  await running.sidecar.run(AbortSignal.abort());
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

Deno.test("Sidecar.run() ends, and nothing of it is left, when it is stopped in the middle of everything", async () => {
  const running = await startRunning((platform) => {
    platform.fault("heartbeat", { kind: "hang" });
  });
  await running.platform.waitFor(({ route }) => route === "heartbeat", { whenReceived: true });
  await running[Symbol.asyncDispose]();
  assertEquals(running.logged(/^(WARN|ERROR)/), []);
});

Deno.test("learnSavedSecret() hides what a former run has saved, and minds no file that is not there", async () => {
  await using dir = await makeTempDir();
  const secrets = new Secrets();
  await learnSavedSecret(dir.path, secrets);
  await Deno.writeTextFile(`${dir.path}/.platform_inbound_secret`, "a saved secret\n");
  await learnSavedSecret(dir.path, secrets);
  assertEquals(secrets.mask("it is 'a saved secret'"), "it is '[redacted]'");
});
