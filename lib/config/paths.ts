/**
 * Where the files are: what subcommands that need nothing else resolve alone.
 *
 * @module
 */

import { defaultReportFile, defaultWorkspacesDir, workspaceFiles } from "../permissions.ts";
import { builtIn, byDefault, fromFlag, fromVariable } from "./_origins.ts";
import type { Build } from "./build.ts";
import { findConfigsDir } from "./configs_dir.ts";
import { DEFAULT_RESULTS_FILE } from "./defaults.ts";
import { usageError } from "./errors.ts";
import { type FlagValues, type Setting, SETTING_DEFINITIONS } from "./settings.ts";
import type { WorkspaceEntry } from "./workspaces.ts";

/**
 * Resolves where results go, alone: whoever takes them away needs no other setting, but which
 * workspace it is, where there are several.
 *
 * Requires `--allow-env` for the variables; those that are not granted count as not set.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} A flag's or a variable's value is not allowed, or nobody knows which of several
 * workspaces is meant.
 */
export async function resolveResultsFile(
  flags: FlagValues,
  build?: Build,
): Promise<Setting<string>> {
  const { resultsFile } = SETTING_DEFINITIONS;
  const choose = (files: WorkspaceFiles) => files.resultsFile;
  return fromFlag(resultsFile, flags) ?? await ofNamedWorkspace(flags, build, choose) ??
    fromVariable(resultsFile) ?? await ofPerhapsSeveral(flags, build, choose) ??
    resultsFileOfSingle(flags, build);
}

/**
 * Resolves where the results of the only workspace go.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for.
 * @throws {InputError} The flag's or the variable's value is not allowed.
 */
export function resultsFileOfSingle(flags: FlagValues, build: Build | undefined): Setting<string> {
  const { resultsFile } = SETTING_DEFINITIONS;
  return fromFlag(resultsFile, flags) ?? fromVariable(resultsFile) ??
    builtIn(build?.resultsFile) ?? byDefault(DEFAULT_RESULTS_FILE);
}

/**
 * Resolves where the agent reports about itself, alone: whoever reports needs no other setting, but
 * which workspace it is, where there are several.
 *
 * Requires `--allow-env` for the variables; those that are not granted count as not set.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} A flag's or a variable's value is not allowed, or nobody knows which of several
 * workspaces is meant.
 */
export async function resolveReportFile(
  flags: FlagValues,
  build?: Build,
): Promise<Setting<string>> {
  const { configsDir, reportFile } = SETTING_DEFINITIONS;
  const choose = (files: WorkspaceFiles) => defaultReportFile(files.configsDir);
  const named = fromFlag(reportFile, flags) ?? await ofNamedWorkspace(flags, build, choose) ??
    fromVariable(reportFile);
  if (named !== undefined) return named;
  const several = fromFlag(configsDir, flags) === undefined
    ? await ofPerhapsSeveral(flags, build, choose)
    : undefined;
  return several ?? reportFileIn(await resolveConfigsDir(flags, build), build);
}

type WorkspaceFiles = ReturnType<typeof workspaceFiles>;

/** How certain it is that there are several workspaces. */
function severalSaid(flags: FlagValues): "clearly" | "perhaps" | "not" {
  const { workspaceId, workspaces, workspacesDir } = SETTING_DEFINITIONS;
  if (fromFlag(workspacesDir, flags) !== undefined) return "clearly";
  // One that is alone has an id, too.
  const isNamed = fromFlag(workspaceId, flags) !== undefined;
  const isListed = fromVariable(workspaces) !== undefined;
  if (isNamed && isListed) return "clearly";
  return isNamed || isListed ? "perhaps" : "not";
}

/** A file of the workspace that is meant, where flags say clearly which of several that is. */
async function ofNamedWorkspace(
  flags: FlagValues,
  build: Build | undefined,
  choose: (files: WorkspaceFiles) => string,
): Promise<Setting<string> | undefined> {
  const isNamed = severalSaid(flags) === "clearly";
  return isNamed ? await ofOneAmongSeveral(flags, build, choose) : undefined;
}

/** A file of the workspace that is meant, where nothing else says that there is only one. */
async function ofPerhapsSeveral(
  flags: FlagValues,
  build: Build | undefined,
  choose: (files: WorkspaceFiles) => string,
): Promise<Setting<string> | undefined> {
  const isOne = severalSaid(flags) === "not";
  return isOne ? undefined : await ofOneAmongSeveral(flags, build, choose);
}

async function ofOneAmongSeveral(
  flags: FlagValues,
  build: Build | undefined,
  choose: (files: WorkspaceFiles) => string,
): Promise<Setting<string>> {
  const { workspaceId, workspaces } = SETTING_DEFINITIONS;
  const entries = fromVariable(workspaces)?.value;
  const id = fromFlag(workspaceId, flags) ?? fromVariable(workspaceId);
  if (id === undefined) {
    const among = entries === undefined ? "" : `, one of ${entries.map(({ id }) => id).join(", ")}`;
    throw usageError(
      `Cannot tell which of several workspaces is meant: expected --workspace-id${among}`,
    );
  }
  if (entries !== undefined) entryOf(id, entries);
  const { origin, value } = await resolveWorkspacesDir(flags, build);
  return { value: choose(workspaceFiles(value, id.value)), origin };
}

/**
 * Finds a workspace among several.
 *
 * @param named Its id.
 * @param entries Those that there are.
 * @throws {InputError} It is none of them.
 */
export function entryOf(
  named: Setting<string>,
  entries: readonly WorkspaceEntry[],
): WorkspaceEntry {
  const entry = entries.find(({ id }) => id === named.value);
  if (entry !== undefined) return entry;
  throw usageError(
    `Cannot use '${named.value}' from ${named.origin}: expected a workspace of MOLECULE_WORKSPACES: ` +
      entries.map(({ id }) => id).join(", "),
  );
}

/**
 * Resolves the folder that holds the folders of several workspaces.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for.
 * @throws {InputError} A flag's or a variable's value is not allowed.
 */
export async function resolveWorkspacesDir(
  flags: FlagValues,
  build: Build | undefined,
): Promise<Setting<string>> {
  const named = fromFlag(SETTING_DEFINITIONS.workspacesDir, flags) ?? builtIn(build?.workspacesDir);
  if (named !== undefined) return named;
  const { origin, value } = await resolveConfigsDir(flags, build);
  return { value: defaultWorkspacesDir(value), origin };
}

/**
 * The report file that nobody has named: beside the token, unless the binary was built for another
 * and for the folder that is used.
 *
 * @param configsDir The folder of the token file.
 * @param build What the binary was built for.
 */
export function reportFileIn(
  configsDir: Setting<string>,
  build: Build | undefined,
): Setting<string> {
  return fileIn(configsDir, build, { built: build?.reportFile, usual: defaultReportFile });
}

/**
 * A file that nobody has named: in the configs folder, unless the binary was built for another and
 * for the folder that is used.
 *
 * @param configsDir The configs folder.
 * @param build What the binary was built for.
 * @param file What it was built for, and what is usual.
 */
export function fileIn(
  { origin, value }: Setting<string>,
  build: Build | undefined,
  { built, usual }: {
    readonly built: string | undefined;
    readonly usual: (configsDir: string) => string;
  },
): Setting<string> {
  return builtIn(value === build?.configsDir ? built : undefined) ??
    { value: usual(value), origin };
}

/**
 * Resolves the folder of the token file and the inbound secret.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} The flag's or the variable's value is not allowed.
 */
export async function resolveConfigsDir(
  flags: FlagValues,
  build?: Build,
): Promise<Setting<string>> {
  const { configsDir } = SETTING_DEFINITIONS;
  return fromFlag(configsDir, flags) ?? fromVariable(configsDir) ??
    builtIn(build?.configsDir) ?? await findConfigsDir();
}
