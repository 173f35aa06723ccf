/**
 * The settings of one workspace among several.
 *
 * @module
 */

import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  NO_STATUS_FILE,
  NO_WAKE_FILE,
  workspaceFiles,
} from "../permissions.ts";
import { readVariable } from "../grants.ts";
import { builtIn, byDefault, fromFlag } from "./_origins.ts";
import type { Build } from "./build.ts";
import { usageError } from "./errors.ts";
import { type FlagValues, type Setting, SETTING_DEFINITIONS, type Settings } from "./settings.ts";
import type { WorkspaceEntry } from "./workspaces.ts";

/** What does not depend on the workspace. */
export type SharedSettings = Omit<
  Settings,
  | "workspaceId"
  | "resultsFile"
  | "configsDir"
  | "reportFile"
  | "agentCardFile"
  | "wakeFile"
  | "statusFile"
  | "environmentToken"
  | "workspaces"
  | "workspacesDir"
>;

/** What one workspace among several is resolved with. */
export interface WorkspaceSettingsOptions {
  /** Where the list came from. */
  readonly origin: string;
  readonly flags: FlagValues;
  readonly shared: SharedSettings;
  /** The folder that holds a folder for each. */
  readonly workspacesDir: Setting<string>;
  /** What the binary was built for. */
  readonly build: Build | undefined;
}

/**
 * Makes the settings of one workspace among several: its files are in its own folder.
 *
 * @param entry The workspace.
 * @param options What it shares with the others.
 */
export function workspaceSettings(
  entry: WorkspaceEntry,
  { origin, flags, shared, workspacesDir, build }: WorkspaceSettingsOptions,
): Settings {
  const { id, platformUrl, token } = entry;
  const files = workspaceFiles(workspacesDir.value, id);
  const { configsDir } = files;
  const inFolder = (value: string) => ({ value, origin: workspacesDir.origin });
  const resultsFile = fromFlag(SETTING_DEFINITIONS.resultsFile, flags) ?? // only standard output
    builtIn(build?.resultsFile === "-" ? "-" : undefined) ?? inFolder(files.resultsFile);
  const isElsewhere = platformUrl !== undefined && platformUrl !== shared.platformUrl.value;
  return {
    ...shared,
    workspaceId: { value: id, origin },
    ...(platformUrl !== undefined && { platformUrl: { value: platformUrl, origin } }),
    // A tenant is one platform's: it means nothing to another (contract 4.1).
    ...(isElsewhere && { orgId: { value: undefined, origin } }),
    // Each has an address of its own, in its own card.
    agentUrl: byDefault(undefined),
    environmentToken: { value: token, origin },
    configsDir: inFolder(configsDir),
    resultsFile,
    reportFile: inFolder(defaultReportFile(configsDir)),
    agentCardFile: inFolder(defaultAgentCardFile(configsDir)),
    wakeFile: fromFlag(SETTING_DEFINITIONS.wakeFile, flags) ??
      builtIn(build?.wakeFile === NO_WAKE_FILE ? NO_WAKE_FILE : undefined) ??
      { value: defaultWakeFile(resultsFile.value), origin: resultsFile.origin },
    statusFile: fromFlag(SETTING_DEFINITIONS.statusFile, flags) ??
      builtIn(build?.statusFile === NO_STATUS_FILE ? NO_STATUS_FILE : undefined) ??
      inFolder(defaultStatusFile(configsDir)),
    workspaces: { value: [entry], origin },
    workspacesDir,
  };
}

/**
 * Refuses flags that name something of one workspace: several would share it.
 *
 * @param flags What the command line said.
 * @throws {InputError} There is such a flag.
 */
export function refuseFilesOfOne(flags: FlagValues): void {
  const { agentCardFile, agentUrl, reportFile, resultsFile, statusFile, wakeFile } =
    SETTING_DEFINITIONS;
  const files = [
    { definition: resultsFile, shared: "-" },
    { definition: reportFile, shared: undefined },
    { definition: agentCardFile, shared: undefined },
    { definition: agentUrl, shared: undefined },
    { definition: wakeFile, shared: NO_WAKE_FILE },
    { definition: statusFile, shared: NO_STATUS_FILE },
  ];
  for (const { definition, shared } of files) {
    const given = fromFlag(definition, flags);
    if (given === undefined || given.value === shared) continue;
    const expected = definition === agentUrl
      ? "'url' in the agent_card.json of each"
      : `${shared === undefined ? "" : `${shared}, or `}--workspaces-dir`;
    throw usageError(
      `Cannot use --${definition.flag} for the several workspaces of MOLECULE_WORKSPACES, whose ` +
        `files are in folders of their own: expected ${expected}`,
    );
  }
}

/**
 * Says which variables, and values of config.yaml, hold for one workspace only.
 *
 * @param shared What config.yaml and the environment say to all.
 */
export function unusedBySeveral({ agentUrl }: Pick<Settings, "agentUrl">): string[] {
  const { environmentToken, reportFile, resultsFile, workspaceId } = SETTING_DEFINITIONS;
  const variables = [workspaceId, environmentToken, resultsFile, reportFile]
    .flatMap(({ variables }) => variables).filter((name) => readVariable(name) !== undefined);
  const unused = [...variables, ...agentUrl.value === undefined ? [] : ["the agent card's url"]];
  if (unused.length === 0) return [];
  return [
    `Not used, since MOLECULE_WORKSPACES names several workspaces: ${
      unused.join(", ")
    }: each has ` +
    "its own in the list, or in its folder",
  ];
}
