import { readVariable } from "../grants.ts";
import { defaultReportFile } from "../permissions.ts";
import { neutralise } from "../text.ts";
import { type ConfigFile, readConfigFile } from "./config_file.ts";
import { findConfigsDir } from "./configs_dir.ts";
import {
  DEFAULT_CONFIG_FILE,
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_REPLAY_MAX_AGE_SECONDS,
  DEFAULT_RESULTS_FILE,
  DEFAULT_RESULTS_MAX_BYTES,
  DEFAULT_RESULTS_MODE,
} from "./defaults.ts";
import { configurationError, InputError, usageError } from "./errors.ts";
import { defaultPlatformUrl } from "./platform_url.ts";
import {
  type FlagName,
  type FlagValues,
  type Setting,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type Settings,
} from "./settings.ts";
import { NO_MAX_AGE } from "./values.ts";

/** What a compiled binary was built for; its grants reach no further. */
export interface Build {
  readonly platformUrls: readonly string[];
  readonly resultsFile: string;
  readonly configsDir: string;
  readonly configFile: string;
  readonly reportFile: string;
}

/** The settings, and what there is to say about them. */
export interface ResolvedSettings {
  readonly settings: Settings;
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
  const given = <T>(definition: Definition<T>) =>
    fromFlag(definition, flags) ?? fromVariable(definition);
  const warnings: string[] = [];

  // What was typed just now is judged before what was there already.
  for (const definition of Object.values<Definition<unknown>>(table)) fromFlag(definition, flags);
  const workspaceId = given(table.workspaceId);
  if (workspaceId === undefined) {
    throw configurationError(
      `Cannot start without a workspace: expected WORKSPACE_ID in the environment or ` +
        `--workspace-id, ${table.workspaceId.allowed}: current value is empty`,
    );
  }
  const configPath = given(table.configFile) ?? configFileFromVariable() ??
    builtIn(build?.configFile) ?? byDefault(DEFAULT_CONFIG_FILE);
  const configFile = await readConfigFile(configPath.value);
  warnings.push(...configFile.problems);
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
  const configsDir = await resolveConfigsDir(flags, build);
  return {
    configFile,
    warnings,
    settings: {
      workspaceId,
      platformUrl: given(table.platformUrl) ?? builtIn(builtInPlatform(build)) ??
        byDefault(await defaultPlatformUrl()),
      intervalSeconds,
      resultsFile: resolveResultsFile(flags, build),
      resultsMode: given(table.resultsMode) ?? byDefault(DEFAULT_RESULTS_MODE),
      resultsMaxBytes: given(table.resultsMaxBytes) ?? byDefault(DEFAULT_RESULTS_MAX_BYTES),
      replayMaxAgeSeconds: given(table.replayMaxAgeSeconds) ??
        byDefault(DEFAULT_REPLAY_MAX_AGE_SECONDS),
      configsDir,
      reportFile: given(table.reportFile) ?? reportFileIn(configsDir, build),
      reportMaxAgeSeconds: given(table.reportMaxAgeSeconds) ?? byDefault(NO_MAX_AGE),
      configFile: configPath,
      logLevel: given(table.logLevel) ?? fromFile(configFile.logLevel) ?? byDefault("info"),
      logFormat: given(table.logFormat) ?? byDefault("text"),
      notify: given(table.notify) ?? byDefault("all"),
      sendsOrigin: given(table.sendsOrigin) ?? byDefault(true),
      allowsProxy: flags.allowProxy
        ? { value: true, origin: "flag --allow-proxy" }
        : byDefault(false),
      environmentToken: given(table.environmentToken) ?? byDefault(undefined),
      orgId: orgId(warnings),
    },
  };
}

/**
 * Resolves where results go, alone: whoever takes them away needs no other setting.
 *
 * Requires `--allow-env` for the variable; where it is not granted it counts as not set.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} The flag's or the variable's value is not allowed.
 */
export function resolveResultsFile(flags: FlagValues, build?: Build): Setting<string> {
  const { resultsFile } = SETTING_DEFINITIONS;
  return fromFlag(resultsFile, flags) ?? fromVariable(resultsFile) ??
    builtIn(build?.resultsFile) ?? byDefault(DEFAULT_RESULTS_FILE);
}

/**
 * Resolves where the agent reports about itself, alone: whoever reports needs no other setting.
 *
 * Requires `--allow-env` for the variables; those that are not granted count as not set.
 *
 * @param flags What the command line said.
 * @param build What the binary was built for; undefined for `deno run`.
 * @throws {InputError} A flag's or a variable's value is not allowed.
 */
export async function resolveReportFile(
  flags: FlagValues,
  build?: Build,
): Promise<Setting<string>> {
  const { reportFile } = SETTING_DEFINITIONS;
  return fromFlag(reportFile, flags) ?? fromVariable(reportFile) ??
    reportFileIn(await resolveConfigsDir(flags, build), build);
}

/**
 * The report file that nobody has named: beside the token, unless the binary was built for another
 * and for the folder that is used.
 */
function reportFileIn(configsDir: Setting<string>, build: Build | undefined): Setting<string> {
  const { origin, value } = configsDir;
  const built = value === build?.configsDir ? build.reportFile : undefined;
  return builtIn(built) ?? { value: defaultReportFile(value), origin };
}

async function resolveConfigsDir(flags: FlagValues, build?: Build): Promise<Setting<string>> {
  const { configsDir } = SETTING_DEFINITIONS;
  return fromFlag(configsDir, flags) ?? fromVariable(configsDir) ??
    builtIn(build?.configsDir) ?? await findConfigsDir();
}

/** A row of the table whose flag, if any, is one that the command line knows. */
type Definition<T> = SettingDefinition<T> & { readonly flag?: FlagName };

function fromFlag<T>(definition: Definition<T>, flags: FlagValues): Setting<T> | undefined {
  const { flag, parse } = definition;
  const text = flag === undefined ? undefined : flags.texts[flag];
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw usageError(notAllowed(text, `--${flag}`, definition));
  return { value, origin: `flag --${flag}` };
}

/** A setting's value from the first of its variables that is set. */
function fromVariable<T>(definition: SettingDefinition<T>): Setting<T> | undefined {
  const { variables = [], parse, secret = false } = definition;
  for (const variable of variables) {
    const found = readVariable(variable);
    if (found === undefined) continue;
    const value = parse(found);
    if (value === undefined) {
      const shown = secret ? "(not shown)" : found;
      throw configurationError(notAllowed(shown, `${variable} in the environment`, definition));
    }
    return { value, origin: `environment ${variable}` };
  }
  return undefined;
}

function notAllowed(text: string, origin: string, { allowed }: { allowed: string }): string {
  // What stands before an @ is a password more often than not, and a query may be a token.
  const shown = text.replace(/^(\w+:\/\/)?.*@/s, "$1(not shown)@")
    .replace(/([?#]).+$/s, "$1(not shown)");
  return `Cannot use '${neutralise(shown, 100)}' from ${origin}: expected ${allowed}`;
}

function byDefault<T>(value: T): Setting<T> {
  return { value, origin: "default" };
}

function builtIn<T>(value: T | undefined): Setting<T> | undefined {
  return value === undefined ? undefined : { value, origin: "build" };
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
