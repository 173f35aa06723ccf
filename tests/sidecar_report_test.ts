import { assertEquals, assertMatch } from "@std/assert";
import { Sidecar } from "../lib/sidecar.ts";
import { startDevPlatform } from "../scripts/dev_platform/mod.ts";
import { advance, startRunning } from "./_running_sidecar.ts";
import { eachDialect, makeTempDir, recordingLog } from "./support/mod.ts";

eachDialect.test("Sidecar.report is what the next beat carries, which comes at once", async (dialect) => {
  await using running = await startRunning(dialect);
  const { clock, platform, sidecar, workspace } = running;
  await platform.waitFor(({ route }) => route === "heartbeat");
  await clock.sleeping(3);
  sidecar.report.startTask("Reading the contract");
  await platform.waitFor(({ route }) => route === "heartbeat", { count: 2 });
  assertEquals([workspace.currentTask, workspace.activeTasks], ["Reading the contract", 1]);
});

eachDialect.test("Sidecar.run() beats what the report file says, from the first beat on, and at once when it changes", async (dialect) => {
  let file = "";
  await using running = await startRunning(dialect, (_platform, dir) => {
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

eachDialect.test("Sidecar.run() goes on beating, and says so once, when the report file is broken", async (dialect) => {
  await using running = await startRunning(dialect, (_platform, dir) => {
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

eachDialect.test("Sidecar.run() beats all the same when it cannot be certain what the agent says", async (dialect) => {
  await using running = await startRunning(dialect, (_platform, dir) => {
    Deno.writeTextFileSync(`${dir}/.runtime_report.json`, "{");
  });
  const { clock, platform, workspace } = running;
  await clock.sleeping(1); // and nobody turns the clock: the second look never comes
  await platform.waitFor(({ route }) => route === "heartbeat");
  assertEquals(workspace.activeTasks, 0);
});

eachDialect.test("Sidecar.run() beats on while the program that embeds it reports all the time", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
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
