import { assertEquals } from "@std/assert";
import { EXIT_CODE, type ExitCode } from "../lib/exit_code.ts";
import { runWorkspaces, type Workspace } from "../lib/workspaces.ts";
import { type StubWorkspace, stubWorkspace, untilAborted } from "./_stub_workspaces.ts";
import { makeTempDir, ManualClock, patient } from "./support/mod.ts";

const INTERVAL_MS = 30_000;
const MINUTE_MS = 60_000;

/** Workspaces under way in this process, on a clock that a test turns. */
interface Running extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly ended: Promise<ExitCode>;
  stop(): void;
}

function run(workspaces: readonly Workspace[]): Running {
  const clock = new ManualClock();
  const end = new AbortController();
  const ended = runWorkspaces(workspaces, { signal: end.signal, intervalMs: INTERVAL_MS, clock });
  const stop = () => end.abort();
  return {
    clock,
    ended: patient(ended),
    stop,
    async [Symbol.asyncDispose]() {
      stop();
      await ended;
    },
  };
}

function runsOf(workspaces: readonly StubWorkspace[]): number[] {
  return workspaces.map(({ runs }) => runs);
}

Deno.test("runWorkspaces() starts the first at once, and the others spread over the interval", async () => {
  await using dir = await makeTempDir();
  const all = ["a", "b", "c", "d"].map((id) => stubWorkspace(dir.path, id));
  await using running = run(all);
  const { clock } = running;
  assertEquals(await clock.sleeping(3), [7500, 15_000, 22_500]);
  await all[0]?.ran(1);
  assertEquals(runsOf(all), [1, 0, 0, 0]);
  for (const [place, workspace] of all.slice(1).entries()) {
    clock.advance(7500);
    await workspace.ran(1);
    assertEquals(runsOf(all), [1, 1, 1, 1].fill(0, place + 2));
  }
});

/** A sidecar that cannot be started so often, for a reason each time. */
function failing(...reasons: string[]): (signal: AbortSignal) => Promise<ExitCode> {
  return async (signal) => {
    const reason = reasons.shift();
    if (reason !== undefined) throw new Error(reason);
    return await untilAborted(signal);
  };
}

Deno.test("runWorkspaces() tries a workspace that throws again every minute until it runs", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(dir.path, "a", failing("busy", "busy"));
  await using running = run([workspace]);
  const { clock } = running;
  for (const runs of [1, 2]) {
    assertEquals(await clock.sleeping(2), [MINUTE_MS, MINUTE_MS], "the folder is looked at, too");
    assertEquals(workspace.runs, runs);
    clock.advance(MINUTE_MS);
  }
  await workspace.ran(3);
});

Deno.test("runWorkspaces() tells once why a workspace cannot be started, and again when the reason is another", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(dir.path, "a", failing("busy", "busy", "full", "full"));
  await using running = run([workspace]);
  const { clock } = running;
  for (let attempt = 0; attempt < 4; attempt++) {
    await clock.sleeping(2);
    clock.advance(MINUTE_MS);
  }
  await workspace.ran(5);
  assertEquals(workspace.lines, [
    { level: "ERROR", message: "busy; trying again every 60 s" },
    { level: "DEBUG", message: "busy" },
    { level: "ERROR", message: "full; trying again every 60 s" },
    { level: "DEBUG", message: "full" },
  ]);
});

Deno.test("runWorkspaces() says nothing of a workspace in the log of another", async () => {
  await using dir = await makeTempDir();
  const other = stubWorkspace(dir.path, "other");
  const troubled = stubWorkspace(dir.path, "troubled", failing("busy"));
  await using running = run([other, troubled]);
  const { clock } = running;
  await other.ran(1);
  await clock.sleeping(1);
  clock.advance(INTERVAL_MS / 2);
  await troubled.ran(1);
  await clock.sleeping(3); // until both folders are looked at, and until the next try
  assertEquals([troubled.lines.length, other.runs, other.lines], [1, 1, []]);
});

Deno.test("runWorkspaces() keeps the others alive when one was removed, and gives 0 when it is stopped", async () => {
  await using dir = await makeTempDir();
  const removed = stubWorkspace(dir.path, "removed", () => Promise.resolve(77));
  const signals: AbortSignal[] = [];
  const other = stubWorkspace(dir.path, "other", (signal) => {
    signals.push(signal);
    return untilAborted(signal);
  });
  const running = run([removed, other]);
  await removed.ran(1);
  await running.clock.sleeping(1);
  running.clock.advance(INTERVAL_MS / 2);
  await other.ran(1);
  assertEquals(signals.map(({ aborted }) => aborted), [false]);
  running.stop();
  assertEquals([await running.ended, removed.runs], [0, 1]);
});

Deno.test("runWorkspaces() ends by itself with 77 when all workspaces were removed", async () => {
  await using dir = await makeTempDir();
  const all = ["a", "b"].map((id) => stubWorkspace(dir.path, id, () => Promise.resolve(77)));
  const running = run(all);
  await running.clock.sleeping(1);
  running.clock.advance(INTERVAL_MS / 2);
  assertEquals(await running.ended, 77);
});

Deno.test("runWorkspaces() ends with 0, and starts nobody else, when the signal aborts", async () => {
  await using dir = await makeTempDir();
  const all = ["a", "b", "c"].map((id) => stubWorkspace(dir.path, id));
  const running = run(all);
  await running.clock.sleeping(2);
  await all[0]?.ran(1);
  running.stop();
  assertEquals([await running.ended, runsOf(all)], [0, [1, 0, 0]]);
});

Deno.test("runWorkspaces() ends with 0 when the signal aborts while a workspace waits for its next try", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(dir.path, "a", failing("busy"));
  const running = run([workspace]);
  await running.clock.sleeping(2);
  running.stop();
  assertEquals([await running.ended, workspace.runs], [0, 1]);
});

Deno.test("runWorkspaces() ends with 0, and says nothing, when a workspace throws because of the abort", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(dir.path, "a", async (signal) => {
    await untilAborted(signal);
    throw new Error("aborted");
  });
  const running = run([workspace]);
  await workspace.ran(1);
  running.stop();
  assertEquals([await running.ended, workspace.lines], [0, []]);
});

Deno.test("runWorkspaces() ends with 1 when it is stopped and one of them has lost its token", async () => {
  await using dir = await makeTempDir();
  const losing = async (signal: AbortSignal) => {
    await untilAborted(signal);
    return EXIT_CODE.unexpected;
  };
  const all = [stubWorkspace(dir.path, "a", losing), stubWorkspace(dir.path, "b")];
  await using running = run(all);
  await all[0]?.ran(1);
  running.stop();
  assertEquals(await running.ended, 1);
});
