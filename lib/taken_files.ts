/**
 * Whether a file that somebody names would be one that the sidecar has for something else.
 *
 * @module
 */

import { normalize } from "./path.ts";
import {
  type GrantSettings,
  leastGrants,
  metricsFiles,
  NO_STATUS_FILE,
  NO_WAKE_FILE,
  temporaryFile,
} from "./permissions.ts";

/**
 * Whether a wake file would be one of the sidecar's other files, which touching it would spoil.
 *
 * @param settings The settings, the wake file among them.
 */
export function isWakeFileTaken({ wakeFile, ...others }: GrantSettings): boolean {
  if (wakeFile === undefined || wakeFile === NO_WAKE_FILE) return false;
  const { read } = leastGrants({ ...others, wakeFile: NO_WAKE_FILE, workspacesDir: undefined });
  return isAmong(read, wakeFile); // whatever is written is read
}

/**
 * Whether a status file, or what is written beside it, would be one of the sidecar's other files.
 *
 * @param settings The settings, the status file among them.
 */
export function isStatusFileTaken({ statusFile, ...others }: GrantSettings): boolean {
  if (statusFile === undefined || statusFile === NO_STATUS_FILE) return false;
  const { read } = leastGrants({ ...others, statusFile: NO_STATUS_FILE, workspacesDir: undefined });
  return isAmong(read, statusFile) || isAmong(read, temporaryFile(statusFile));
}

/**
 * Whether a metrics file, or what stands beside it, would be one of the sidecar's other files, which
 * writing it would destroy.
 *
 * @param settings The settings, the metrics file among them.
 */
export function isMetricsFileTaken({ metricsFile, ...others }: GrantSettings): boolean {
  const { read } = leastGrants({ ...others, workspacesDir: undefined });
  return metricsFiles(metricsFile).some((path) => isAmong(read, path));
}

function isAmong(paths: readonly string[], path: string): boolean {
  return paths.some((other) => normalize(other) === normalize(path));
}
