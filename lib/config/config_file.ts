import { mayRead } from "../grants.ts";
import { readSmallFile } from "../small_file.ts";
import { reasonOf } from "../text.ts";
import type { ConfigFile } from "./config_text.ts";

/** The largest config.yaml that is read. */
const LARGEST_CONFIG_BYTES = 1024 * 1024;

/**
 * Reads config.yaml. Nothing that is wrong with it stops the sidecar: it is reported, and the
 * defaults hold.
 *
 * Requires `--allow-read` for the file; without, it counts as absent.
 *
 * @param path The file.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  if (!mayRead(path)) return { state: "not granted", problems: [] };
  try {
    const text = await readSmallFile(path, LARGEST_CONFIG_BYTES);
    if (text === undefined) return { state: "absent", problems: [] };
    // Who reads no config.yaml loads no parser: a probe has little time.
    const { parseConfig } = await import("./config_text.ts");
    return parseConfig(text, path);
  } catch (error) {
    const reason = reasonOf(error).replace(`Cannot read '${path}': `, "");
    return { state: "unreadable", problems: [`Cannot read '${path}': ${reason}`] };
  }
}
