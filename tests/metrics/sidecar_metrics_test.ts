import { assert, assertEquals } from "@std/assert";
import { FAMILIES } from "../../lib/metrics/mod.ts";
import { grantFlags, workspacesGrants } from "../../lib/permissions.ts";
import { startSession } from "../commands/_session.ts";
import { startSidecar } from "../support/mod.ts";
import { metricsThat, startMeasured } from "./_measured.ts";
import { promtool, promtoolTest } from "./_promtool.ts";

Deno.test("run shows in its metrics file what has become of beats, results, wakes and notes", async () => {
  await using session = await startSession();
  const { dir, platform, workspace } = session;
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 2 });
  const foreign = { delegation_id: "d", status: "completed", source_id: "somebody-else" };
  platform.fault("delegations", { kind: "answer", status: 200, body: [foreign, 7] }, { times: 1 });
  workspace.finish(workspace.delegate(), "done");
  await using sidecar = startMeasured(session);
  const { metrics } = await metricsThat(
    `${dir}/beat.prom`,
    ({ valueOf }) =>
      valueOf("workspace_beat_notes_total") > 0 && valueOf("workspace_beat_wakes_total") > 0,
  );
  const of = (name: keyof typeof FAMILIES, labels = {}) =>
    metrics.valueOf(FAMILIES[name].name, { workspace: workspace.id, ...labels });
  assertEquals(of("beats", { outcome: "unavailable" }), 2);
  assertEquals(
    of("beats", { outcome: "ok" }) + 2,
    metrics.valueOf("workspace_beat_beat_seconds_count"),
  );
  assertEquals([of("resultsDelivered"), of("resultsPending"), of("rejectedRows")], [1, 0, 2]);
  assertEquals([of("wakes"), of("failedWakes"), of("notes"), of("failedNotes")], [1, 0, 1, 0]);
  assertEquals([of("consecutiveFailures"), of("interval")], [0, 5]);
  assertEquals(of("tokenSource", { source: "file" }), 1);
  assert(of("journalBytes") > 0 && of("lastAccepted") >= of("startTime"));
  assertEquals(await sidecar.stop(), 0);
});

promtoolTest("run writes what promtool finds no fault with, also while beats fail", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1 });
  await using _sidecar = startMeasured(session);
  const { text } = await metricsThat(
    `${dir}/beat.prom`,
    ({ valueOf }) => valueOf("workspace_beat_beats_total", { outcome: "unavailable" }) > 0,
  );
  assertEquals(await promtool(["check", "metrics"], { input: text }), { isSound: true, said: "" });
});

Deno.test("run removes its metrics file when it is stopped, so that nobody takes it for alive", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  await using sidecar = startMeasured(session);
  await metricsThat(path, () => true);
  assertEquals(await sidecar.stop(), 0);
  assertEquals(await Deno.stat(path).catch(({ name }) => name), "NotFound");
});

Deno.test("run removes its metrics file when the workspace is removed", async () => {
  await using session = await startSession({ dialect: "2026-06" });
  const path = `${session.dir}/beat.prom`;
  await using sidecar = startMeasured(session);
  await metricsThat(path, () => true);
  session.workspace.status = "removed";
  assertEquals(await sidecar.ended(), 77);
  assertEquals(await Deno.stat(path).catch(({ name }) => name), "NotFound");
});

Deno.test("run shows several workspaces in one file, and what went wrong with which", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  const ids = ["scribe", "critic"];
  const entries = ids.map((id) => platform.addWorkspace({ id })).map(({ id, token }) => ({
    id,
    token,
  }));
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { workspaceId: "critic" });
  const path = `${dir}/all.prom`;
  const config = `${dir}/config.yaml`;
  const workspacesDir = `${dir}/workspaces`;
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    args: [
      ...["--interval", "5", "--metrics-file", path],
      ...["--workspaces-dir", workspacesDir, "--config", config],
    ],
    env: { MOLECULE_WORKSPACES: JSON.stringify(entries) },
    grants: grantFlags(workspacesGrants({
      platformUrls: [platform.url],
      workspacesDir,
      configFile: config,
      metricsFile: path,
    })),
  });
  const { metrics } = await metricsThat(
    path,
    ({ valueOf }) =>
      valueOf("workspace_beat_beats_total", { workspace: "scribe", outcome: "ok" }) > 0 &&
      valueOf("workspace_beat_consecutive_failures", { workspace: "critic" }) > 0,
  );
  const process = { process: "scribe" };
  for (const workspace of ids) {
    assertEquals(metrics.valueOf("workspace_beat_info", { workspace, ...process }), 1);
  }
  assert(metrics.valueOf("workspace_beat_resident_memory_bytes", process) > 0);
  assertEquals(await sidecar.stop(), 0);
});

Deno.test("run beats on, and says once what is in the way, when the metrics file cannot be written", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  await using sidecar = startMeasured(session, `${dir}/not/beat.prom`);
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  const from = platform.requests.length;
  await sidecar.waitForLine(/ WARN Cannot write metrics to '.*not\/beat\.prom': No such file/);
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200, { from });
  assertEquals(await sidecar.stop(), 0);
  assertEquals(sidecar.stderr.filter((line) => / WARN /.test(line)).length, 1);
});

Deno.test("run does without metrics, and says so, when their file is not granted", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  await using sidecar = session.start({ args: ["--metrics-file", path] });
  const line = await sidecar.waitForLine(/Not granted/);
  assert(line.endsWith(`done without: reading ${path}; writing ${path}`), line);
  await session.platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  assertEquals(await sidecar.stop(), 0);
});

Deno.test("run warns of a metrics file that node_exporter would pass over", async () => {
  await using session = await startSession();
  await using sidecar = startMeasured(session, `${session.dir}/beat.txt`);
  await sidecar.waitForLine(/ WARN The metrics file '.*beat\.txt' \(from flag --metrics-file\) is/);
  await metricsThat(`${session.dir}/beat.txt`, () => true);
});

for (const name of ["results.jsonl", "results.jsonl.journal", ".auth_token", "config.yaml"]) {
  Deno.test(`run refuses ${name} as its metrics file, with 64`, async () => {
    await using session = await startSession();
    const path = `${session.dir}/${name}`;
    await using sidecar = session.start({ args: ["--metrics-file", path] });
    assertEquals(await sidecar.ended(), 64);
    assertEquals(sidecar.stderr, [
      `Cannot use '${path}' from flag --metrics-file as the metrics file: it is another of the ` +
      "sidecar's files: expected a file of its own, or off",
    ]);
  });
}
