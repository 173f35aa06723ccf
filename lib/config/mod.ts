/**
 * The settings: flags over environment over config.yaml over defaults, each with its origin.
 *
 * @module
 */

export { readConfigFile } from "./config_file.ts";
export type { ConfigFile } from "./config_text.ts";
export { ENVIRONMENT_VARIABLES } from "./environment.ts";
export { configurationError, InputError, usageError } from "./errors.ts";
export { grantSettings } from "./grant_settings.ts";
export { proxyFor } from "./proxy.ts";
export {
  DEFAULT_CONFIGS_DIR,
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_REPLAY_MAX_AGE_SECONDS,
  DEFAULT_RESULTS_FILE,
  DEFAULT_RESULTS_MAX_BYTES,
  DEFAULT_RESULTS_MODE,
  DEFAULT_WAKES_PER_HOUR,
} from "./defaults.ts";
export type { Build } from "./build.ts";
export { resolveReportFile, resolveResultsFile } from "./paths.ts";
export { type ResolvedSettings, resolveSettings } from "./resolve.ts";
export type { Offered, SettingDefinition } from "./setting_definition.ts";
export {
  type FlagName,
  type FlagValues,
  type Setting,
  SETTING_DEFINITIONS,
  type SettingName,
  type Settings,
} from "./settings.ts";
export { resolveStatusFiles, type WorkspaceStatusFile } from "./status_files.ts";
export { SWITCHES, type SwitchName } from "./switches.ts";
export { NO_MAX_AGE, type NotifyMode, type RegisterMode } from "./values.ts";
export type { WorkspaceEntry } from "./workspaces.ts";
