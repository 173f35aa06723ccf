import { dirname } from "../path.ts";
import type { Settings } from "../config/mod.ts";
import { mayRead, mayWrite } from "../grants.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { NO_STATUS_FILE } from "../permissions.ts";
import { probePrivateFile } from "../secrets/mod.ts";
import { aliveVerdict, contactVerdict, refuseForeignFile } from "../status/mod.ts";
import { reasonOf } from "../text.ts";
import { type Finding, ok, skipped, warning } from "./checks.ts";

/**
 * Tests the status file. One that cannot be written does not fail the check: beats go on without.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 *
 * @param settings The settings.
 */
export async function checkStatusFile(settings: Settings): Promise<Finding> {
  const name = "status file";
  const path = settings.statusFile.value;
  if (path === NO_STATUS_FILE) return ok(name, "none is kept");
  if (!mayRead(path) || !mayWrite(path)) return skipped(name, `'${path}' is not granted`);
  try {
    const status = await refuseForeignFile(path);
    const now = Date.now();
    if (status !== undefined) {
      const found = { kind: "status", status } as const;
      if (aliveVerdict(found, { now }).isHealthy) {
        const { reason, word } = contactVerdict(found, { now });
        return ok(name, `'${path}' is kept by process ${status.pid}, which is ${word}: ${reason}`);
      }
    }
    const folder = dirname(path);
    if (mayRead(folder) && await lstatIfThere(folder) === undefined) {
      return warning(
        name,
        `there is no folder '${folder}'`,
        "make it, or name another --status-file",
      );
    }
    await probePrivateFile(path);
    return ok(name, `'${path}' can be written`);
  } catch (error) {
    return warning(name, reasonOf(error), "status and health know nothing until this is mended");
  }
}
