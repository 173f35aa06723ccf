import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, startSidecar, testWithPrograms } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";

async function limitFiles(pid: number, bytes: string): Promise<void> {
  const args = ["--pid", String(pid), `--fsize=${bytes}:`];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assertEquals(success, true);
}

testWithPrograms(
  "the sidecar beats on where files may not grow, and delivers when they may again",
  {
    programs: ["prlimit"],
    fn: growNoMore,
  },
);

async function growNoMore(): Promise<void> {
  await using platform = await startDevPlatform();
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: dir.path,
    args: ["--interval", "5"],
    env: { MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "" },
  });
  await platform.waitFor(({ route }) => route === "delegations");
  await limitFiles(sidecar.pid, "10"); // the journal is larger already
  workspace.finish(workspace.delegate({ id: "d1" }), "done");
  // The status cannot be written, either, and may say so first.
  await sidecar.waitForLine(/WARN Waiting to deliver 1 result: File too large/);
  await platform.waitFor(({ route }) => route === "heartbeat", { from: platform.requests.length });
  await limitFiles(sidecar.pid, "unlimited");
  await sidecar.waitForLine(/INFO Writing results recovered/);
  assertEquals(await sidecar.stop(), 0);
  const { records, skipped } = consumeResults(`${dir.path}/results.jsonl`);
  assertEquals([records.map(({ delegation_id }) => delegation_id), skipped], [["d1"], []]);
}
