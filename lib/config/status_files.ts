/**
 * Where the status files are: what `status` and `health` resolve alone.
 *
 * @module
 */

import { mayRead } from "../grants.ts";
import { defaultStatusFile, NO_STATUS_FILE, workspaceFiles } from "../permissions.ts";
import { fromFlag, fromVariable } from "./_origins.ts";
import type { Build } from "./build.ts";
import { configurationError, usageError } from "./errors.ts";
import { entryOf, fileIn, resolveConfigsDir, resolveWorkspacesDir } from "./paths.ts";
import { type FlagValues, type Setting, SETTING_DEFINITIONS } from "./settings.ts";

/** The status file of a workspace. */
export interface WorkspaceStatusFile {
  /** The workspace, where there are several. */
  readonly workspaceId: string | undefined;
  readonly file: Setting<string>;
}

/**
 * Resolves where the sidecar says how it is, for each of its workspaces: whoever asks needs no other
 * setting.
 *
 * Requires `--allow-env` for the variables; those that are not granted count as not set. Requires
 * `--allow-read` for the folder of several workspaces that are named nowhere.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @returns One at the least.
 * @throws {InputError} A flag's or a variable's value is not allowed, or there is no such file.
 */
export async function resolveStatusFiles(
  flags: FlagValues,
  build?: Build,
): Promise<readonly [WorkspaceStatusFile, ...WorkspaceStatusFile[]]> {
  const table = SETTING_DEFINITIONS;
  const named = fromFlag(table.statusFile, flags);
  if (named !== undefined) return [{ workspaceId: undefined, file: refuseNone(named) }];
  const ids = await severalIds(flags, build);
  if (ids !== undefined) {
    const { origin, value: workspacesDir } = await resolveWorkspacesDir(flags, build);
    const ofWorkspace = (workspaceId: string) => {
      const { configsDir } = workspaceFiles(workspacesDir, workspaceId);
      return { workspaceId, file: { value: defaultStatusFile(configsDir), origin } };
    };
    const [first, ...rest] = ids;
    return [ofWorkspace(first), ...rest.map(ofWorkspace)];
  }
  const configsDir = await resolveConfigsDir(flags, build);
  const file = fileIn(configsDir, build, { built: build?.statusFile, usual: defaultStatusFile });
  return [{ workspaceId: undefined, file: refuseNone(file) }];
}

function refuseNone(file: Setting<string>): Setting<string> {
  if (file.value !== NO_STATUS_FILE) return file;
  const message = `Cannot tell how the sidecar is: it keeps no status file ('off' from ` +
    `${file.origin}): expected the path of the file that it writes`;
  throw file.origin.startsWith("flag ") ? usageError(message) : configurationError(message);
}

type Ids = readonly [string, ...string[]];

/** The ids of those workspaces that are meant; undefined when there is only one, in its own folder. */
async function severalIds(flags: FlagValues, build: Build | undefined): Promise<Ids | undefined> {
  const { configsDir, workspaceId, workspaces, workspacesDir } = SETTING_DEFINITIONS;
  const one = fromFlag(workspaceId, flags);
  const entries = fromVariable(workspaces)?.value;
  if (entries !== undefined) {
    if (one !== undefined) return [entryOf(one, entries).id];
    const [first, ...rest] = entries;
    return [first.id, ...rest.map(({ id }) => id)];
  }
  const folder = fromFlag(workspacesDir, flags);
  if (one !== undefined) {
    const isElsewhere = folder === undefined && fromFlag(configsDir, flags) !== undefined;
    return isElsewhere ? undefined : [one.value];
  }
  return folder === undefined ? undefined : await idsIn(await resolveWorkspacesDir(flags, build));
}

/** The workspaces that have a folder, by name. */
async function idsIn({ origin, value }: Setting<string>): Promise<Ids> {
  if (!mayRead(value)) {
    throw usageError(
      `Cannot tell which of several workspaces is meant, since the folder '${value}' is not granted: ` +
        "expected --workspace-id",
    );
  }
  const names: string[] = [];
  try {
    for await (const { isDirectory, name } of Deno.readDir(value)) {
      if (isDirectory && SETTING_DEFINITIONS.workspaceId.parse(name) !== undefined) {
        names.push(name);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  const [first, ...rest] = names.sort();
  if (first !== undefined) return [first, ...rest];
  throw usageError(
    `Cannot find a workspace in '${value}' (from ${origin}): expected a folder in it for each`,
  );
}
