import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { defaultStatusFile } from "../../lib/permissions.ts";
import schema from "../../schemas/status.schema.json" with { type: "json" };
import { eventually } from "../_running_sidecar.ts";
import { type EndedProgram, runModule } from "../support/mod.ts";
import { MAIN } from "./_report.ts";
import { ask, untilHealth } from "./_status.ts";
import { startSession } from "./_session.ts";
import { startSeveral } from "./_several.ts";

const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

Deno.test("workspaceBeat() tells with status and health of a sidecar's whole life", async () => {
  await using session = await startSession();
  const { dir, platform, workspace } = session;
  assertMatch((await ask(dir, "health")).stdout, /^unknown: there is no '.*'/);
  await using sidecar = session.start({ args: ["--interval", "5"] });
  assertEquals(await untilHealth(dir, /^healthy: last beat \d s ago\n$/), 0);
  workspace.finish(workspace.delegate(), "done");
  await platform.waitFor(({ route, status }) => route === "notify" && status === 200);

  platform.fault("heartbeat", { kind: "answer", status: 503, body: { error: "agent is busy" } });
  const trouble =
    /^in trouble: no beat accepted since .* ago: answered 503: agent is busy; next att/;
  assertEquals(await untilHealth(dir, trouble), 1);
  const { code, stdout } = await ask(dir, "status");
  assertEquals(code, 1);
  assertMatch(stdout, trouble);
  assertMatch(stdout, /\n {2}outage +since \d+ s ago, \d+ failed attempts?\n/);
  assertMatch(stdout, /\n {2}results +1 delivered, 0 pending, /);
  assertEquals((await ask(dir, "health", "--alive")).code, 0);

  platform.clearFaults();
  assertEquals(await untilHealth(dir, /^healthy: last beat \d s ago\n$/), 0);
  assertEquals(await sidecar.stop(), 0);
  const stopped = await ask(dir, "health");
  assertMatch(stopped.stdout, /^stopped: .* with exit code 0: it was asked to stop\n$/);
  assertEquals([stopped.code, (await ask(dir, "health", "--alive")).code], [1, 1]);
  const status = JSON.parse(await Deno.readTextFile(defaultStatusFile(dir)));
  assert(isValid(status), JSON.stringify(isValid.errors));
  assert(!JSON.stringify(status).includes(session.token));
});

Deno.test("workspaceBeat() finds with health that a sidecar was killed", async () => {
  await using session = await startSession();
  await using sidecar = session.start({ args: ["--interval", "5"] });
  await untilHealth(session.dir, /^healthy/);
  sidecar.kill("SIGKILL");
  await sidecar.ended();
  assertEquals(
    await untilHealth(session.dir, /^late: last beat at .* more than 1 s/, "--max-age", "1"),
    1,
  );
  assertEquals(await untilHealth(session.dir, /^stale: /, "--alive", "--max-age=1"), 1);
  await using again = session.start({ args: ["--interval", "5"] });
  await untilHealth(session.dir, /^healthy/);
  assertEquals(again.stderr.filter((line) => / WARN /.test(line)), []);
});

Deno.test("workspaceBeat() says in the status that the workspace was removed, and with what it has ended", async () => {
  await using session = await startSession();
  session.workspace.status = "removed";
  await using sidecar = session.start({ args: ["--interval", "5"] });
  assertEquals(await sidecar.ended(), 77);
  const { code, stdout } = await ask(session.dir, "status");
  assertEquals(code, 1);
  assertMatch(stdout, /^stopped: .* with exit code 77: the workspace was removed\n/);
});

Deno.test("workspaceBeat() says in the status that it waits for a removed workspace", async () => {
  await using session = await startSession();
  session.workspace.status = "removed";
  await using _sidecar = session.start({ args: ["--interval", "5", "--wait-for-restore"] });
  assertEquals(await untilHealth(session.dir, /^removed: the workspace was removed from the/), 1);
  assertEquals((await ask(session.dir, "health", "--alive")).code, 0);
});

Deno.test("workspaceBeat() writes a status with run --once, too, which is healthy for a while", async () => {
  await using session = await startSession();
  await using sidecar = session.start({ command: "run", args: ["--once"] });
  assertEquals(await sidecar.ended(), 0);
  const { code, stdout } = await ask(session.dir, "status", "--json");
  const { healthy, status, verdict } = JSON.parse(stdout);
  assertEquals([code, healthy, verdict, status.state, status.ended.exit_code], [
    0,
    true,
    "healthy",
    "once",
    0,
  ]);
  assertEquals((await ask(session.dir, "health", "--alive")).code, 1);
});

Deno.test("workspaceBeat() keeps no status with --status-file off, and says so when it is asked", async () => {
  await using session = await startSession();
  await using sidecar = session.start({ command: "run", args: ["--once", "--status-file", "off"] });
  assertEquals(await sidecar.ended(), 0);
  const { code, lines } = await ask(session.dir, "status", "--status-file", "off");
  assertEquals(code, 64);
  assertMatch(lines.join(), /^Cannot tell how the sidecar is: it keeps no status file/);
  assertMatch((await ask(session.dir, "health")).stdout, /^unknown: there is no /);
});

Deno.test("workspaceBeat() beats on without the grant for the status file, and says so", async () => {
  await using session = await startSession();
  const args = ["--interval", "5", "--status-file", `${session.dir}/elsewhere.json`];
  await using sidecar = session.start({ args });
  await session.platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  const line = await sidecar.waitForLine(/Not granted/);
  assertStringIncludes(line, `writing ${session.dir}/elsewhere.json`);
  assertEquals(await sidecar.stop(), 0);
});

Deno.test("workspaceBeat() shows several workspaces with a line each, and health names the worst", async () => {
  await using session = await startSeveral();
  const { platform, workspacesDir } = session;
  platform.fault("heartbeat", { kind: "answer", status: 503, body: { error: "no" } }, {
    workspaceId: "critic",
  });
  await using _sidecar = session.start({ args: ["--interval", "5"] });
  const run = (command: "status" | "health", ...args: readonly string[]) =>
    runModule(MAIN, {
      grants: [`--allow-read=${workspacesDir}`],
      args: [command, "--workspaces-dir", workspacesDir, ...args],
    });
  let shown: EndedProgram | undefined;
  await eventually(async () => {
    shown = await run("status");
    return [...shown.stdout.matchAll(/healthy: last beat/g)].length === 2 &&
      shown.stdout.includes("in trouble");
  }, "Not all have beaten");
  assertEquals(shown?.code, 1);
  assertEquals(
    shown?.stdout.replace(/:.*/g, ""),
    [
      "critic  in trouble",
      "editor  healthy",
      "scribe  healthy",
      "",
    ].join("\n"),
  );
  const { code, stdout } = await run("health");
  assertEquals(code, 1);
  assertMatch(stdout, /^not healthy: 1 of 3 workspaces; critic is in trouble: no beat accepted/);
  assertEquals((await run("health", "--workspace-id", "scribe")).code, 0);
});
