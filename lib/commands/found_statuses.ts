/**
 * The statuses that `status` and `health` look at.
 *
 * @module
 */

import { type Build, resolveStatusFiles, SETTING_DEFINITIONS, usageError } from "../config/mod.ts";
import { type FoundStatus, readStatus } from "../status/mod.ts";
import { neutralise } from "../text.ts";

/** The flags that say where the statuses are. */
export interface StatusFlags {
  readonly "status-file"?: string;
  readonly "configs-dir"?: string;
  readonly "workspace-id"?: string;
  readonly "workspaces-dir"?: string;
}

/** What was found for one workspace. */
export interface NamedStatus {
  /** The workspace's id; of one that is alone, its file. */
  readonly name: string;
  /** The status file. */
  readonly file: string;
  readonly found: FoundStatus;
}

/**
 * Reads the status of each workspace that is meant.
 *
 * Requires `--allow-read` for the status files.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for.
 * @returns One at the least.
 * @throws {InputError} A flag's or a variable's value is not allowed.
 */
export async function findStatuses(
  flags: StatusFlags,
  build: Build | undefined,
): Promise<readonly NamedStatus[]> {
  const files = await resolveStatusFiles({ texts: flags, switches: {} }, build);
  return await Promise.all(files.map(async ({ file: { value: file }, workspaceId }) => ({
    name: workspaceId ?? file,
    file,
    found: await readStatus(file),
  })));
}

/** What `--max-age` takes. */
export const MAX_AGE_ALLOWED =
  "a whole number of seconds from 1 on, of at most 9 digits, perhaps with s, m, h or d behind it, " +
  "such as 90 or 2m";

/**
 * Reads the value of `--max-age`.
 *
 * @param text The text; undefined where it is not given.
 * @returns Seconds.
 * @throws {InputError} It is no age.
 */
export function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = SETTING_DEFINITIONS.replayMaxAgeSeconds.parse(text) ?? 0;
  if (seconds > 0) return seconds;
  const shown = neutralise(text, 60);
  throw usageError(`Cannot use '${shown}' from --max-age: expected ${MAX_AGE_ALLOWED}`);
}
