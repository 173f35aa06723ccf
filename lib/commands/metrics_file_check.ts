import type { Settings } from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { mayRead, mayWrite } from "../grants.ts";
import { inspectMetricsFile, probeMetricsFile } from "../metrics/mod.ts";
import { metricsFiles } from "../permissions.ts";
import { reasonOf } from "../text.ts";
import { failed, type Finding, ok, skipped } from "./checks.ts";

/**
 * Tests the metrics file; what a sidecar has written there is left alone.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 *
 * @param settings The settings; all workspaces of a process share the file.
 * @returns What was found; undefined where no metrics are written.
 */
export async function checkMetricsFile({ metricsFile }: Settings): Promise<Finding | undefined> {
  const name = "metrics file";
  const { value: path } = metricsFile;
  const files = metricsFiles(path);
  if (files.length === 0) return undefined;
  const denied = files.find((file) => !mayRead(file) || !mayWrite(file));
  if (denied !== undefined) return skipped(name, `'${denied}' is not granted`);
  try {
    if (await inspectMetricsFile(path) !== undefined) return ok(name, `'${path}' can be replaced`);
    await probeMetricsFile(path);
    return ok(name, `no '${path}': it can be made, and is there while a sidecar runs`);
  } catch (error) {
    const remedy = error instanceof TypeError
      ? "nobody sees this sidecar's metrics until this is mended"
      : "make its folder, and let this user write there";
    return failed(name, reasonOf(error), remedy, EXIT_CODE.configuration);
  }
}
