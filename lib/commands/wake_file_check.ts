import { dirname } from "../path.ts";
import type { Settings } from "../config/mod.ts";
import { WakeFile } from "../delegations/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { mayRead, mayWrite } from "../grants.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { NO_WAKE_FILE } from "../permissions.ts";
import { reasonOf } from "../text.ts";
import { failed, type Finding, ok, skipped, warning } from "./checks.ts";

/**
 * Tests the wake file; it makes none.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 *
 * @param settings The settings.
 */
export async function checkWakeFile(settings: Settings): Promise<Finding> {
  const name = "wake file";
  const path = settings.wakeFile.value;
  if (path === NO_WAKE_FILE) return ok(name, "none is touched");
  if (!mayRead(path) || !mayWrite(path)) return skipped(name, `'${path}' is not granted`);
  try {
    const isThere = await new WakeFile({ path, mode: settings.resultsMode.value }).inspect();
    if (isThere) return ok(name, `'${path}' can be written`);
    const folder = dirname(path);
    if (mayRead(folder) && (await lstatIfThere(folder)) === undefined) {
      return warning(
        name,
        `there is no folder '${folder}'`,
        "make it, or name another --wake-file",
      );
    }
    return ok(name, `no '${path}': it is made when the agent polls for its messages`);
  } catch (error) {
    const remedy = error instanceof TypeError
      ? "an agent that polls for its messages is not told of results until this is mended"
      : "let this user write it";
    return failed(name, reasonOf(error), remedy, EXIT_CODE.configuration);
  }
}
