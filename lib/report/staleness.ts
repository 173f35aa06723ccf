import { processExists } from "./process_existence.ts";
import { type RuntimeReport, writtenAt } from "./runtime_report.ts";

/** What {@linkcode staleness} judges by. */
export interface StalenessOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** From which age on a report that says when it was written is stale, in ms; 0 for never. */
  readonly maxAgeMs: number;
  /** Whether the process that the report names is there; undefined when nobody can tell. */
  readonly isThere: boolean | undefined;
}

/**
 * Says why nobody works on the tasks of a report any more: its process is gone, or it is too old.
 *
 * @param report The report.
 * @param options What to judge by.
 * @returns Why; undefined when somebody may.
 */
export function staleness(report: RuntimeReport, options: StalenessOptions): string | undefined {
  const { now, maxAgeMs, isThere } = options;
  if (report.pid != null && isThere === false) return `its process ${report.pid} is gone`;
  const written = writtenAt(report);
  if (written === undefined || maxAgeMs === 0 || now - written <= maxAgeMs) return undefined;
  return `it was written ${Math.round((now - written) / 1000)} s ago, and may be ` +
    `${Math.round(maxAgeMs / 1000)} s old (--report-max-age)`;
}

/**
 * Says why nobody works on the tasks of a report any more, as things are now.
 *
 * Requires `--allow-sys=getPriority` to see whether a process is there.
 *
 * @param report The report.
 * @param maxAgeMs From which age on a report that says when it was written is stale, in ms; 0 for
 * never.
 * @returns Why; undefined when somebody may.
 */
export async function stalenessOf(
  report: RuntimeReport,
  maxAgeMs: number,
): Promise<string | undefined> {
  const isThere = report.pid == null ? undefined : await processExists(report.pid);
  return staleness(report, { now: Date.now(), maxAgeMs, isThere });
}
