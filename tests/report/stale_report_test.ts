import { assertEquals } from "@std/assert";
import { makeTempDir, runModule } from "../support/mod.ts";
import { Looking } from "./_looking.ts";

const PROBE = new URL("_report_file_probe.ts", import.meta.url).pathname;
const MAX_AGE_MS = 60_000;

/** Epoch seconds of a while ago. */
function secondsAgo(seconds: number): number {
  return Date.now() / 1000 - seconds;
}

/** What a look finds: tasks, label, wedge, how many reports were handed on, and what was said. */
async function look(looking: Looking): Promise<unknown[]> {
  const { activeTasks, currentTask, wedgeReason } = await looking.look();
  const said = looking.said().map((line) => line.replace(/\d+(?= s ago)/, "N"));
  return [activeTasks, currentTask, wedgeReason, looking.handedOn(), ...said];
}

/** What is said of a report of two tasks that is too old. */
function stale(file: string): string {
  return `WARN The agent's report '${file}' is stale: it was written N s ago, and may be 60 s old ` +
    "(--report-max-age): its 2 active tasks count as ended until it is written " +
    "again";
}

const BUSY = { active_tasks: 2, current_task: "write", wedged: "stuck" };

Deno.test("ReportFile.run() counts no tasks of a report that is too old, says so once, and keeps the wedge", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  await using looking = new Looking(file, { maxAgeMs: MAX_AGE_MS });
  const write = (seconds: number, rest: object = {}) =>
    Deno.writeTextFile(file, JSON.stringify({ ...BUSY, ...rest, updated_at: secondsAgo(seconds) }));
  await write(3600);
  assertEquals(await look(looking), [0, "", "stuck", 1, stale(file)]);
  assertEquals(await look(looking), [0, "", "stuck", 0]);
  await write(3500);
  assertEquals(await look(looking), [0, "", "stuck", 1]);
  await write(0);
  assertEquals(await look(looking), [2, "write", "stuck", 1]);
  await write(3600, { wedged: null });
  assertEquals(await look(looking), [0, "", "", 1, stale(file)]);
});

Deno.test("ReportFile.run() says nothing of a report that is too old when it has no tasks", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  await using looking = new Looking(file, { maxAgeMs: MAX_AGE_MS });
  const report = { active_tasks: 0, wedged: "stuck", updated_at: secondsAgo(3600) };
  await Deno.writeTextFile(file, JSON.stringify(report));
  assertEquals(await look(looking), [0, "", "stuck", 1]);
});

Deno.test("ReportFile.run() says of a stale report that its tasks do not count when it gets some later", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  await using looking = new Looking(file, { maxAgeMs: MAX_AGE_MS });
  const updated_at = secondsAgo(3600);
  await Deno.writeTextFile(file, JSON.stringify({ wedged: "stuck", updated_at }));
  assertEquals(await look(looking), [0, "", "stuck", 1]);
  await Deno.writeTextFile(file, JSON.stringify({ ...BUSY, updated_at })); // by `report start`
  assertEquals(await look(looking), [0, "", "stuck", 1, stale(file)]);
  assertEquals(await look(looking), [0, "", "stuck", 0]);
});

Deno.test("ReportFile.run() lets a report be as old as it is when no age is set", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  await using looking = new Looking(file);
  await Deno.writeTextFile(file, JSON.stringify({ ...BUSY, updated_at: "1999-12-31T23:59:59Z" }));
  assertEquals(await look(looking), [2, "write", "stuck", 1]);
});

/** What a program with these grants finds while the agent runs, has ended, and runs again. */
async function looksOf(
  agent: { readonly tasks: number },
  grants: readonly string[],
): Promise<unknown> {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  const files = `${file},${file}.tmp`;
  const { code, stdout, stderr } = await runModule(PROBE, {
    grants: [`--allow-read=${files}`, `--allow-write=${files}`, "--allow-run=sleep", ...grants],
    args: [file, `${agent.tasks}`],
  });
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

Deno.test("ReportFile.run() counts no tasks when the agent's process is gone, says so once, and counts those of the next one", async () => {
  assertEquals(await looksOf({ tasks: 3 }, ["--allow-sys=getPriority"]), [
    [3, "write", "stuck", 1],
    [
      ...[0, "", "stuck", 1],
      "WARN The agent's report 'FILE' is stale: its process PID is gone: its 3 active tasks " +
      "count as ended until it is written again",
    ],
    [0, "", "stuck", 0],
    [3, "write", "stuck", 1],
  ]);
});

Deno.test("ReportFile.run() says nothing when the agent's process is gone and had no tasks", async () => {
  assertEquals(await looksOf({ tasks: 0 }, ["--allow-sys=getPriority"]), [
    [0, "", "stuck", 1],
    [0, "", "stuck", 1],
    [0, "", "stuck", 0],
    [0, "", "stuck", 1],
  ]);
});

Deno.test("ReportFile.run() keeps the tasks, and says once what to grant, when it cannot see the process", async () => {
  assertEquals(await looksOf({ tasks: 3 }, []), [
    [
      ...[3, "write", "stuck", 1],
      "WARN Cannot tell whether process PID of the agent's report is there: its tasks count as " +
      "long as the report names them: grant --allow-sys=getPriority",
    ],
    [3, "write", "stuck", 0],
    [3, "write", "stuck", 0],
    [3, "write", "stuck", 1],
  ]);
});
