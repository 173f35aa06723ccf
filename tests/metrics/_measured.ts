import { eventually } from "../_running_sidecar.ts";
import type { Session } from "../commands/_session.ts";
import type { SidecarProcess } from "../support/mod.ts";
import { type ReadMetrics, readMetrics } from "./_reader.ts";

/** A sidecar that writes metrics. */
export function startMeasured(session: Session, path = `${session.dir}/beat.prom`): SidecarProcess {
  return session.start({
    args: ["--interval", "5", "--metrics-file", path],
    grants: session.grants({ metricsFile: path }),
  });
}

/** Waits until the file says something. */
export async function metricsThat(
  path: string,
  say: (metrics: ReadMetrics) => boolean,
): Promise<{ readonly text: string; readonly metrics: ReadMetrics }> {
  let text = "";
  await eventually(async () => {
    text = await Deno.readTextFile(path).catch(() => "");
    return text !== "" && say(readMetrics(text));
  }, `The metrics never say it:\n${text}`);
  return { text, metrics: readMetrics(text) };
}
