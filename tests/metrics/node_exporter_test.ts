import { assertEquals } from "@std/assert";
import { eventually } from "../_running_sidecar.ts";
import { startSession } from "../commands/_session.ts";
import { makeTempDir } from "../support/mod.ts";
import { startMeasured } from "./_measured.ts";
import { nodeExporterTest, startNodeExporter } from "./_node_exporter.ts";

nodeExporterTest(
  "node_exporter shows the files of several sidecars, until each has ended",
  async () => {
    await using folder = await makeTempDir();
    await using exporter = await startNodeExporter(
      `--collector.textfile.directory=${folder.path}`,
    );
    await using one = await startSession();
    await using other = await startSession();
    const info = (text: string) =>
      [...text.matchAll(/^workspace_beat_info\{.*workspace="([^"]+)"/gm)].map(([, id]) => id)
        .sort();
    const waitFor = async (ids: readonly string[]) => {
      let text = "";
      await eventually(async () => {
        text = await exporter.scrape();
        return info(text).join() === [...ids].sort().join();
      }, "node_exporter does not show it");
      return text;
    };
    await using first = startMeasured(one, `${folder.path}/one.prom`);
    await using second = startMeasured(other, `${folder.path}/other.prom`);
    const text = await waitFor([one.workspace.id, other.workspace.id]);
    // It would be 1 if two files held the same series, or said different things of a family.
    assertEquals(/^node_textfile_scrape_error (\d)$/m.exec(text)?.[1], "0");
    assertEquals(await first.stop(), 0);
    await waitFor([other.workspace.id]);
    assertEquals(await second.stop(), 0);
    await waitFor([]);
  },
);
