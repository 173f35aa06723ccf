import { assert, assertEquals } from "@std/assert";
import { type DevWorkspace, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, startSidecar } from "../support/mod.ts";

/** Runs one beat and one poll, with flags about results. */
async function runOnce(
  flags: readonly string[],
  prepare: (workspace: DevWorkspace) => void,
): Promise<{
  readonly code: number;
  readonly file: Deno.FileInfo;
  readonly text: string;
  readonly workspace: DevWorkspace;
  readonly stderr: readonly string[];
}> {
  await using platform = await startDevPlatform();
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  prepare(workspace);
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: dir.path,
    args: ["--once", ...flags],
    env: { MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "" },
  });
  const code = await sidecar.ended();
  const path = `${dir.path}/results.jsonl`;
  const [file, text] = await Promise.all([Deno.stat(path), Deno.readTextFile(path)]);
  return { code, file, text, workspace, stderr: sidecar.stderr };
}

Deno.test("--results-mode lets others read what the agent of another user shall take", async () => {
  const { code, file } = await runOnce(["--results-mode", "0664"], (workspace) => {
    workspace.finish(workspace.delegate(), "done");
  });
  assertEquals([code, (file.mode ?? 0) & 0o777], [0, 0o664]);
});

Deno.test("--results-max-bytes keeps the results file from growing, and says so with 73", async () => {
  const { code, file, stderr, text } = await runOnce(
    ["--results-max-bytes", "1000"],
    (workspace) => {
      for (let count = 0; count < 10; count++) workspace.finish(workspace.delegate(), "done");
    },
  );
  assertEquals(code, 73);
  assert(file.size > 0 && file.size <= 1000, `${file.size} bytes`);
  const waiting = 10 - (text.split("\n").length - 1);
  const said = new RegExp(`WARN Waiting to deliver ${waiting} results: .*--results-max-bytes`);
  assertEquals(stderr.filter((line) => said.test(line)).length, 1, stderr.join("\n"));
});

Deno.test("--replay-max-age says how old a result may be to wake the agent at the first start", async () => {
  const { code, text, workspace } = await runOnce(["--replay-max-age", "1h"], (workspace) => {
    const created_at = new Date(Date.now() - 2 * 3600 * 1000).toISOString();
    workspace.injectRows([{
      delegation_id: "d1",
      source_id: workspace.id,
      status: "completed",
      response_preview: "done",
      created_at,
    }]);
  });
  assertEquals([code, text.split("\n").length], [0, 2]);
  assertEquals([workspace.delivered.length, workspace.chat.length], [0, 0]);
});
