import { assertEquals, assertStringIncludes } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { eventually } from "../_running_sidecar.ts";
import { makeTempDir, startSidecar } from "../support/mod.ts";
import { compileForTests } from "./_compiled.ts";

const folder = await makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder.path, { recursive: true }));
const metricsFile = `${folder.path}/beat.prom`;
const { missing, options, port } = await compileForTests({ metricsFile });
const reason = missing === undefined ? "" : ` (ignored: ${missing})`;

Deno.test({
  name: `the binary writes metrics where it was built for, and nothing else there${reason}`,
  ignore: missing !== undefined,
  async fn() {
    await using platform = await startDevPlatform({ port });
    const { id, token } = platform.addWorkspace();
    await using sidecar = startSidecar({
      binary: options.output,
      env: { WORKSPACE_ID: id, MOLECULE_WORKSPACE_TOKEN: token ?? "" },
      cwd: "/",
    });
    let text = "";
    await eventually(async () => {
      text = await Deno.readTextFile(metricsFile).catch(() => "");
      return text !== "";
    }, "There are no metrics");
    assertStringIncludes(text, `\nworkspace_beat_interval_seconds{workspace="${id}"} 30\n`);
    assertEquals(await sidecar.stop(), 0);
    assertEquals([...Deno.readDirSync(folder.path)], []);
    assertEquals(sidecar.stderr.filter((line) => / (WARN|ERROR) /.test(line)), []);
  },
});
