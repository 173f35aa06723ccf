import { systemClock } from "../clock.ts";
import type { Settings } from "../config/mod.ts";
import { mayRead, mayWrite } from "../grants.ts";
import type { Log } from "../log/mod.ts";
import {
  exposition,
  MetricsFile,
  offerToOtel,
  ProcessMetrics,
  WorkspaceMetrics,
} from "../metrics/mod.ts";
import { metricsFiles } from "../permissions.ts";
import type { Sidecar } from "../sidecar.ts";

/** A workspace that is kept alive. */
export interface Kept {
  readonly settings: Settings;
  readonly sidecar: Pick<Sidecar, "vitals">;
}

/** node_exporter reads the file when it is scraped, which is seldom done more often. */
const LONGEST_MS = 10_000;

/**
 * Does something, and shows meanwhile what happens to the workspaces in the metrics file, where there
 * is one.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`, or writes none.
 *
 * @param kept The workspaces.
 * @param log Where to tell what is in the way.
 * @param work What is done.
 * @returns What that gives.
 */
export async function whileMeasuring<T>(
  kept: readonly Kept[],
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  const metrics = new ProcessMetrics(kept.map(metricsOf));
  offerToOtel(metrics);
  const file = metricsFileOf(kept, log, metrics);
  const end = new AbortController();
  const writing = file?.run(end.signal);
  try {
    return await work();
  } finally {
    end.abort();
    await writing;
  }
}

function metricsFileOf(
  [first]: readonly Kept[],
  log: Log,
  metrics: ProcessMetrics,
): MetricsFile | undefined {
  if (first === undefined) return undefined;
  const { intervalSeconds, metricsFile: { value: path } } = first.settings;
  const files = metricsFiles(path);
  if (files.length === 0 || !files.every((file) => mayRead(file) && mayWrite(file))) {
    return undefined;
  }
  return new MetricsFile({
    path,
    text: () => exposition(metrics.measure()),
    everyMs: Math.min(intervalSeconds.value * 1000, LONGEST_MS),
    log,
    clock: systemClock,
  });
}

function metricsOf({ settings, sidecar }: Kept): WorkspaceMetrics {
  return new WorkspaceMetrics({
    workspaceId: settings.workspaceId.value,
    intervalSeconds: settings.intervalSeconds.value,
    vitals: sidecar.vitals,
  });
}
