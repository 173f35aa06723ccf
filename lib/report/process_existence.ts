import { maySeeProcesses } from "../grants.ts";

/**
 * Tells whether a process exists. Its priority is asked for: that is all Deno lets a program know
 * of another process that may neither start one nor read all of /proc.
 *
 * Requires `--allow-sys=getPriority`.
 *
 * @param pid The process id.
 * @returns Whether it is there; undefined when that is not granted, or cannot be told.
 */
export async function processExists(pid: number): Promise<boolean | undefined> {
  if (!maySeeProcesses()) return undefined;
  // Only here, since it costs memory, and most reports name no process.
  const { getPriority } = await import("node:os");
  try {
    getPriority(pid);
    return true;
  } catch (error) {
    return isNoSuchProcess(error) ? false : undefined;
  }
}

function isNoSuchProcess(error: unknown): boolean {
  if (!(error instanceof Error) || !("info" in error)) return false;
  const { info } = error;
  return typeof info === "object" && info !== null && "code" in info && info.code === "ESRCH";
}
