import { readVariable } from "../grants.ts";
import {
  defaultAgentCardFile,
  defaultStatusFile,
  defaultWakeFile,
  NO_METRICS_FILE,
} from "../permissions.ts";
import { builtIn, byDefault, type Definition, fromFlag, fromVariable } from "./_origins.ts";
import type { Build } from "./build.ts";
import { readConfigFile } from "./config_file.ts";
import type { ConfigFile } from "./config_text.ts";
import {
  DEFAULT_CONFIG_FILE,
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_REPLAY_MAX_AGE_SECONDS,
  DEFAULT_RESULTS_MAX_BYTES,
  DEFAULT_RESULTS_MODE,
  DEFAULT_WAKES_PER_HOUR,
} from "./defaults.ts";
import { configurationError, InputError, usageError } from "./errors.ts";
import { grantSettings } from "./grant_settings.ts";
import {
  entryOf,
  fileIn,
  reportFileIn,
  resolveConfigsDir,
  resolveWorkspacesDir,
  resultsFileOfSingle,
} from "./paths.ts";
import { defaultPlatformUrl } from "./platform_url.ts";
import { type FlagValues, type Setting, SETTING_DEFINITIONS, type Settings } from "./settings.ts";
import { SWITCHES } from "./switches.ts";
import { NO_MAX_AGE } from "./values.ts";
import type { WorkspaceEntries, WorkspaceEntry } from "./workspaces.ts";
import {
  refuseFilesOfOne,
  type SharedSettings,
  unusedBySeveral,
  workspaceSettings,
} from "./workspace_settings.ts";
import { isMetricsFileTaken, isStatusFileTaken, isWakeFileTaken } from "../taken_files.ts";

/** The settings, and what there is to say about them. */
export interface ResolvedSettings {
  /** The settings of the workspace, or of each of several: one at the least. */
  readonly workspaces: readonly [Settings, ...Settings[]];
  /** The config.yaml they were resolved with. */
  readonly configFile: ConfigFile;
  /** What a person should know, one line each; none of it stops the sidecar. */
  readonly warnings: readonly string[];
}

/** From here on a workspace outside a container is given up between two beats (contract 2). */
const RISKY_INTERVAL_SECONDS = 90;

/**
 * Resolves every setting: flags win over the environment, that over config.yaml, that over what
 * the binary was built for, that over the defaults.
 *
 * Requires `--allow-env` for the variables and `--allow-read` for config.yaml; what is not granted
 * counts as not set.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} A flag's or a variable's value is not allowed, or there is no workspace id.
 */
export async function resolveSettings(flags: FlagValues, build?: Build): Promise<ResolvedSettings> {
  const table = SETTING_DEFINITIONS;
  // What was typed just now is judged before what was there already.
  for (const definition of Object.values<Definition<unknown>>(table)) fromFlag(definition, flags);
  const several = severalWorkspaces(flags);
  if (several === undefined) {
    const workspaceId = singleWorkspace(flags);
    const { configFile, shared, warnings } = await resolveShared(flags, build);
    const folder = fromFlag(table.workspacesDir, flags);
    const unused = "--workspaces-dir is not used: MOLECULE_WORKSPACES names no workspaces";
    return {
      configFile,
      warnings: [...warnings, ...folder === undefined ? [] : [unused]],
      workspaces: [await ofSingle(workspaceId, shared, flags, build)],
    };
  }
  refuseFilesOfOne(flags);
  const { configFile, shared, warnings } = await resolveShared(flags, build);
  const { origin, value: [first, ...rest] } = several;
  const workspacesDir = await resolveWorkspacesDir(flags, build);
  const settingsOf = (entry: WorkspaceEntry) =>
    workspaceSettings(entry, { origin, flags, shared, workspacesDir, build });
  return {
    configFile,
    warnings: [...warnings, ...unusedBySeveral(shared)],
    workspaces: [settingsOf(first), ...rest.map(settingsOf)],
  };
}

/** What all workspaces of a process share. */
async function resolveShared(flags: FlagValues, build: Build | undefined): Promise<{
  readonly configFile: ConfigFile;
  readonly shared: SharedSettings;
  readonly warnings: readonly string[];
}> {
  const table = SETTING_DEFINITIONS;
  const given = <T>(definition: Definition<T>) =>
    fromFlag(definition, flags) ?? fromVariable(definition);
  const switched = (name: keyof typeof SWITCHES): Setting<boolean> => {
    const { flag } = SWITCHES[name];
    return flags.switches[flag] === true
      ? { value: true, origin: `flag --${flag}` }
      : byDefault(false);
  };
  const configPath = given(table.configFile) ?? configFileFromVariable() ??
    builtIn(build?.configFile) ?? byDefault(DEFAULT_CONFIG_FILE);
  const configFile = await readConfigFile(configPath.value);
  const warnings = [...configFile.problems];
  const fromFile = <T>(value: T | undefined) =>
    value === undefined ? undefined : { value, origin: `file ${configPath.value}` };
  const intervalSeconds = given(table.intervalSeconds) ?? fromFile(configFile.intervalSeconds) ??
    byDefault(DEFAULT_INTERVAL_SECONDS);
  if (intervalSeconds.value >= RISKY_INTERVAL_SECONDS) {
    warnings.push(
      `The interval of ${intervalSeconds.value} s (from ${intervalSeconds.origin}) is too long: ` +
        "the platform gives a workspace up after 90 s without a beat, and restarts its container " +
        "after 180 s; 30 s is the default",
    );
  }
  const metricsFile = given(table.metricsFile) ?? builtIn(build?.metricsFile) ??
    byDefault(NO_METRICS_FILE);
  warnings.push(...unreadMetrics(metricsFile));
  const shared: SharedSettings = {
    platformUrl: given(table.platformUrl) ?? builtIn(builtInPlatform(build)) ??
      byDefault(await defaultPlatformUrl()),
    intervalSeconds,
    resultsMode: given(table.resultsMode) ?? byDefault(DEFAULT_RESULTS_MODE),
    resultsMaxBytes: given(table.resultsMaxBytes) ?? byDefault(DEFAULT_RESULTS_MAX_BYTES),
    replayMaxAgeSeconds: given(table.replayMaxAgeSeconds) ??
      byDefault(DEFAULT_REPLAY_MAX_AGE_SECONDS),
    reportMaxAgeSeconds: given(table.reportMaxAgeSeconds) ?? byDefault(NO_MAX_AGE),
    configFile: configPath,
    logLevel: given(table.logLevel) ?? fromFile(configFile.logLevel) ?? byDefault("info"),
    logFormat: given(table.logFormat) ?? byDefault("text"),
    notify: given(table.notify) ?? byDefault("all"),
    wakesPerHour: given(table.wakesPerHour) ?? byDefault(DEFAULT_WAKES_PER_HOUR),
    metricsFile,
    registerMode: given(table.registerMode) ?? fromFile(configFile.registerMode) ??
      byDefault("off"),
    agentUrl: given(table.agentUrl) ?? fromFile(configFile.agentUrl) ?? byDefault(undefined),
    agentName: given(table.agentName) ?? fromFile(configFile.agentName) ?? byDefault(undefined),
    agentDescription: given(table.agentDescription) ?? fromFile(configFile.agentDescription) ??
      byDefault(undefined),
    agentSkills: given(table.agentSkills) ?? fromFile(configFile.agentSkills) ??
      byDefault(undefined),
    sendsOrigin: given(table.sendsOrigin) ?? byDefault(true),
    allowsProxy: switched("allowsProxy"),
    usesActivity: switched("usesActivity"),
    waitsForRestore: switched("waitsForRestore"),
    orgId: orgId(warnings),
  };
  return { configFile, shared, warnings };
}

/** node_exporter passes over files of other names. */
function unreadMetrics({ origin, value }: Setting<string>): string[] {
  if (value === NO_METRICS_FILE || value.endsWith(".prom")) return [];
  return [
    `The metrics file '${value}' (from ${origin}) is not read by node_exporter's textfile ` +
    "collector, which reads only files whose names end in .prom",
  ];
}

/** The workspaces that the environment names, or the one of them that the command line names. */
function severalWorkspaces(flags: FlagValues): Setting<WorkspaceEntries> | undefined {
  const named = fromFlag(SETTING_DEFINITIONS.workspaceId, flags);
  const several = fromVariable(SETTING_DEFINITIONS.workspaces);
  if (named === undefined || several === undefined) return several;
  return { ...several, value: [entryOf(named, several.value)] };
}

function singleWorkspace(flags: FlagValues): Setting<string> {
  const { workspaceId } = SETTING_DEFINITIONS;
  const found = fromFlag(workspaceId, flags) ?? fromVariable(workspaceId);
  if (found !== undefined) return found;
  throw configurationError(
    `Cannot start without a workspace: expected WORKSPACE_ID in the environment or ` +
      `--workspace-id, ${workspaceId.allowed}: current value is empty`,
  );
}

/** The settings of the one workspace, whose files may be anywhere. */
async function ofSingle(
  workspaceId: Setting<string>,
  shared: SharedSettings,
  flags: FlagValues,
  build: Build | undefined,
): Promise<Settings> {
  const table = SETTING_DEFINITIONS;
  const configsDir = await resolveConfigsDir(flags, build);
  const resultsFile = resultsFileOfSingle(flags, build);
  const { origin, value } = resultsFile;
  const settings: Settings = {
    ...shared,
    workspaceId,
    resultsFile,
    configsDir,
    reportFile: fromFlag(table.reportFile, flags) ?? fromVariable(table.reportFile) ??
      reportFileIn(configsDir, build),
    agentCardFile: fromFlag(table.agentCardFile, flags) ?? fileIn(configsDir, build, {
      built: build?.agentCardFile,
      usual: defaultAgentCardFile,
    }),
    wakeFile: fromFlag(table.wakeFile, flags) ??
      builtIn(value === build?.resultsFile ? build.wakeFile : undefined) ??
      { value: defaultWakeFile(value), origin },
    statusFile: fromFlag(table.statusFile, flags) ?? fileIn(configsDir, build, {
      built: build?.statusFile,
      usual: defaultStatusFile,
    }),
    environmentToken: fromVariable(table.environmentToken) ?? byDefault(undefined),
    workspaces: byDefault(undefined),
    workspacesDir: byDefault(undefined),
  };
  refuseTakenFiles(settings);
  return settings;
}

/** Writing to one of the sidecar's other files would spoil it. */
function refuseTakenFiles(settings: Settings): void {
  const { metricsFile, statusFile, wakeFile } = settings;
  const files = grantSettings(settings);
  const refuse = ({ origin, value }: Setting<string>, what: string) => {
    throw usageError(
      `Cannot use '${value}' from ${origin} as the ${what} file: it is another of the sidecar's ` +
        "files: expected a file of its own, or off",
    );
  };
  if (isMetricsFileTaken(files)) refuse(metricsFile, "metrics");
  // A file that is both is refused as the one that was named, the other being where it always is.
  if (isStatusFileTaken(files) && statusFile.origin.startsWith("flag")) {
    refuse(statusFile, "status");
  }
  if (isWakeFileTaken(files)) refuse(wakeFile, "wake");
  if (isStatusFileTaken(files)) refuse(statusFile, "status");
}

/** The platform that a binary talks to unless told otherwise; a pattern names none. */
function builtInPlatform(build: Build | undefined): string | undefined {
  return build?.platformUrls.find((url) => !url.includes("*"));
}

function configFileFromVariable(): Setting<string> | undefined {
  const folder = readVariable("WORKSPACE_CONFIG_PATH");
  if (folder === undefined) return undefined;
  return {
    value: `${folder.replace(/\/+$/, "")}/config.yaml`,
    origin: "environment WORKSPACE_CONFIG_PATH",
  };
}

/** The tenant: one that cannot stand in a header is left out rather than fatal (contract 4.1). */
function orgId(warnings: string[]): Setting<string | undefined> {
  try {
    return fromVariable(SETTING_DEFINITIONS.orgId) ?? byDefault(undefined);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    warnings.push(`${error.message}; X-Molecule-Org-Id is not sent`);
    return byDefault(undefined);
  }
}
