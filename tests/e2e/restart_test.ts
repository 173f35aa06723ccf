import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { eachDialect, makeTempDir, type SidecarProcess, startSidecar } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";

function start(
  platform: DevPlatform,
  workspace: DevWorkspace,
  dir: string,
  args: readonly string[],
): SidecarProcess {
  return startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir,
    args: [...args],
    env: { MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "" },
  });
}

eachDialect.test("a sidecar that starts again delivers, wakes for and tells of nothing again (D19)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  const results = `${dir.path}/results.jsonl`;
  workspace.finish(workspace.delegate({ id: "d1" }), "done");
  {
    await using first = start(platform, workspace, dir.path, ["--once"]);
    assertEquals(await first.ended(), 0);
  }
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
  const before = await Deno.readTextFile(results);
  {
    await using second = start(platform, workspace, dir.path, ["--once"]);
    assertEquals(await second.ended(), 0);
  }
  assertEquals(await Deno.readTextFile(results), before);
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
});

eachDialect.test("a sidecar that was killed before its wake was answered wakes again when it starts, and tells nothing twice", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate({ id: "d1" }), "done");
  platform.fault("a2a", { kind: "hang" }, { times: 1 });
  {
    await using first = start(platform, workspace, dir.path, ["--interval", "5"]);
    const [wake] = await Promise.all([
      platform.waitFor(({ route }) => route === "a2a", { whenReceived: true }),
      platform.waitFor(({ route }) => route === "notify"),
    ]);
    assertEquals(wake.status, undefined);
    first.kill("SIGKILL");
  }
  await using second = start(platform, workspace, dir.path, ["--interval", "5"]);
  await platform.waitFor(({ route, status }) => route === "a2a" && status === 200);
  await platform.waitFor(({ route }) => route === "delegations", { count: 2 });
  assertEquals(await second.stop(), 0);
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
  const { records } = consumeResults(`${dir.path}/results.jsonl`);
  assertEquals(records.map(({ delegation_id }) => delegation_id), ["d1"]);
});

eachDialect.test("a sidecar whose journal is of a newer version says so once, leaves it alone, and beats on", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate({ id: "d1" }), "done");
  const journal = `${dir.path}/results.jsonl.journal`;
  const newer = "workspace-beat journal 4\nwhatever the future holds\n";
  await Deno.writeTextFile(journal, newer, { mode: 0o600 });
  await using sidecar = start(platform, workspace, dir.path, ["--interval", "5"]);
  await sidecar.waitForLine(/WARN Waiting to deliver 1 result: .*it has version 4/);
  const from = platform.requests.length;
  await platform.waitFor(({ route }) => route === "delegations", { from });
  await platform.waitFor(({ route }) => route === "heartbeat", { from });
  assertEquals(await Deno.readTextFile(journal), newer);
  assertEquals(sidecar.stderr.filter((line) => line.includes(" WARN ")).length, 1);
  await Deno.remove(journal);
  await sidecar.waitForLine(/INFO Writing results recovered/);
  assertEquals(consumeResults(`${dir.path}/results.jsonl`).records.length, 1);
});
