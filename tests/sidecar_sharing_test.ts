import { assert, assertEquals } from "@std/assert";
import { existsSync } from "@std/fs/exists";
import { ALONE } from "../lib/sharing.ts";
import { Turns } from "../lib/turns.ts";
import { startRunning } from "./_running_sidecar.ts";
import { makeTempDir, patient } from "./support/mod.ts";

const DIALECT = "2026-04";

Deno.test("Sidecar.run() looks at the report as often as its share allows, and polls so", async () => {
  const sharing = { ...ALONE, pollIntervalSeconds: 240, pollPhase: 0.75, reportLookMs: 2000 };
  await using running = await startRunning(DIALECT, () => {}, { sharing });
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  const [report, _beat, first] = await clock.sleeping(3);
  assertEquals([report, first], [2000, 180_000]);
  clock.advance(180_000);
  await platform.waitFor(({ route }) => route === "delegations");
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 2 });
  // So long without a beat is a gap, and the look after it sleeps, too.
  const next = (await clock.sleeping(4)).at(-1) ?? 0;
  assert(next >= 228_000 && next <= 252_000, `${next} ms`);
});

Deno.test("Sidecar.run() sends its second beat in its slot", async () => {
  const sharing = { ...ALONE, slot: 0.01, reportLookMs: 100_000 };
  await using running = await startRunning(DIALECT, () => {}, { sharing });
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  const [_poll, beat = 0] = await clock.sleeping(3);
  // 1.1 intervals of 30 s at the most, and less by the jitter alone.
  assert(beat >= 31_200 && beat <= 33_000, `${beat} ms`);
});

/** A pace that lets nobody go on before it is told to, and how many requests were asked for. */
function hangingPace() {
  const asked: number[] = [];
  const first = Promise.withResolvers<void>();
  const begin = Promise.withResolvers<void>();
  return {
    asked,
    /** Resolves when somebody has asked. */
    begun: begin.promise,
    go: first.resolve,
    pace: (requests: number) => {
      asked.push(requests);
      begin.resolve();
      return first.promise;
    },
  };
}

Deno.test("Sidecar.run() beats at once, and asks for results and for the workspace when its turn has come", async () => {
  const { asked, begun, go, pace } = hangingPace();
  await using running = await startRunning(
    DIALECT,
    (platform) => platform.fault("delegations", { kind: "answer", status: 401 }),
    { sharing: { ...ALONE, pace } },
  );
  using _end = { [Symbol.dispose]: go };
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  assertEquals(asked, []);
  clock.advance(15_000);
  await patient(begun);
  assertEquals(platform.requests.map(({ route }) => route), ["heartbeat"]);
  go();
  await platform.waitFor(({ route }) => route === "workspace");
  assertEquals([asked, new Set(platform.requests.map(({ route }) => route))], [
    [1, 1],
    new Set(["heartbeat", "delegations", "workspace"]),
  ]);
});

Deno.test("Sidecar.run() asks for messages when its turn has come once more", async () => {
  const { asked, go, pace } = hangingPace();
  go();
  await using running = await startRunning(DIALECT, () => {}, {
    sharing: { ...ALONE, pace },
    usesActivity: true,
  });
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  clock.advance(15_000);
  await platform.waitFor(({ route }) => route === "activity");
  assertEquals(asked, [1, 1]);
});

Deno.test("Sidecar.run() registers again after a long gap, when its turn for two requests has come (D12)", async () => {
  const { asked, go, pace } = hangingPace();
  go();
  await using running = await startRunning(DIALECT, () => {}, {
    sharing: { ...ALONE, pace, pollIntervalSeconds: 3600 },
    registerMode: "poll",
  });
  const { clock, platform } = running;
  await platform.waitFor(({ route }) => route === "register");
  await clock.sleeping(3);
  platform.fault("heartbeat", { kind: "answer", status: 503 });
  clock.advance(200_000);
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 503);
  platform.clearFaults();
  await clock.sleeping(3);
  clock.advance(30_000);
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 3 });
  await clock.sleeping(3);
  clock.advance(30_000); // the look is spread
  await platform.waitFor(({ route }) => route === "register", { count: 2 });
  assertEquals(asked, [2, 2]);
});

Deno.test("Sidecar.run() keeps as much in memory as its share allows while results cannot be written", async () => {
  await using running = await startRunning(
    DIALECT,
    (_platform, dir) => Deno.mkdirSync(`${dir}/results.jsonl`),
    { sharing: { ...ALONE, waitingBytes: 1 } },
  );
  const { clock, platform, workspace } = running;
  for (let count = 0; count < 3; count++) workspace.finish(workspace.delegate(), "x".repeat(1000));
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  clock.advance(15_000);
  await running.waitForLine(/^WARN No more results are kept in memory than these 1: /);
});

Deno.test("Sidecar.run() beats, and neither reads nor writes any file, while it may not use the disk", async () => {
  const disk = new Turns();
  const other = Promise.withResolvers<void>();
  disk.take(() => other.promise);
  await using running = await startRunning(DIALECT, (_platform, dir) => {
    Deno.writeTextFileSync(`${dir}/.auth_token`, "token-of-a-file");
    Deno.writeTextFileSync(`${dir}/.runtime_report.json`, '{"current_task": "Counting ducks"}');
  }, {
    sharing: { ...ALONE, disk, tokenDisk: disk },
    workspace: { token: null, inboundSecret: "a-secret" },
  });
  // It saves the secret before it ends.
  using _end = { [Symbol.dispose]: () => other.resolve() };
  const { clock, dir, platform, workspace } = running;
  const body = [{ delegation_id: "d1", status: "completed", source_id: workspace.id }];
  platform.fault("delegations", { kind: "answer", status: 200, body });
  const { headers } = await platform.waitFor(({ route }) => route === "heartbeat");
  assertEquals([headers.get("authorization"), workspace.currentTask], [null, ""]);
  await clock.sleeping(2);
  clock.advance(15_000);
  await platform.waitFor(({ route }) => route === "delegations");
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  assertEquals(names.sort(), [".auth_token", ".runtime_report.json"]);
});

Deno.test("Sidecar.run() finds the token in its file while it waits for its turn with the disk", async () => {
  const disk = new Turns();
  const other = Promise.withResolvers<void>();
  disk.take(() => other.promise);
  await using running = await startRunning(
    DIALECT,
    (_platform, dir) => Deno.writeTextFileSync(`${dir}/.auth_token`, "token-of-a-file"),
    { sharing: { ...ALONE, disk }, workspace: { token: null } },
  );
  await using _end = {
    [Symbol.asyncDispose]: () => {
      other.resolve();
      return disk.take(() => Promise.resolve()); // behind all who wait
    },
  };
  const { headers } = await running.platform.waitFor(({ route }) => route === "heartbeat");
  assertEquals(headers.get("authorization"), "Bearer token-of-a-file");
});

/** A disk that is held from the moment on at which a file is there. */
function diskHeldBy(file: string) {
  const disk = new Turns();
  const asked = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const take = async <T>(work: () => Promise<T>): Promise<T> => {
    if (existsSync(file)) {
      asked.resolve();
      await free.promise;
    }
    return await disk.take(work);
  };
  return { disk: { take }, asked: patient(asked.promise), free: free.resolve };
}

Deno.test("Sidecar.run() wakes the agent, and writes that down, when its turn with the disk has come", async () => {
  await using dir = await makeTempDir();
  const resultsFile = `${dir.path}/results.jsonl`;
  const { asked, disk, free } = diskHeldBy(resultsFile);
  await using running = await startRunning(DIALECT, () => {}, {
    sharing: { ...ALONE, disk },
    resultsFile,
  });
  using _end = { [Symbol.dispose]: free };
  const { clock, platform, workspace } = running;
  workspace.finish(workspace.delegate(), "done");
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  clock.advance(15_000);
  await platform.waitFor(({ route }) => route === "delegations");
  await asked;
  await clock.sleeping(2);
  assertEquals(platform.requestsTo("a2a"), []);
  free();
  await platform.waitFor(({ route }) => route === "a2a");
});
