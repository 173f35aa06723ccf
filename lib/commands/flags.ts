import {
  type FlagName,
  type FlagValues,
  SETTING_DEFINITIONS,
  type SettingDefinition,
} from "../config/mod.ts";

/** The flags of the settings, as the library hands them over. */
export type SettingFlags = { readonly [Flag in FlagName]?: string } & {
  readonly "allow-proxy": boolean;
};

const table = SETTING_DEFINITIONS;

/** The flags that every subcommand takes; their words come from the table of settings. */
export const SETTING_FLAGS = {
  "workspace-id": textFlag(table.workspaceId),
  "platform-url": textFlag(table.platformUrl),
  "interval": textFlag(table.intervalSeconds),
  "results-file": textFlag(table.resultsFile),
  "results-mode": textFlag(table.resultsMode),
  "results-max-bytes": textFlag(table.resultsMaxBytes),
  "replay-max-age": textFlag(table.replayMaxAgeSeconds),
  "configs-dir": textFlag(table.configsDir),
  "report-file": textFlag(table.reportFile),
  "report-max-age": textFlag(table.reportMaxAgeSeconds),
  "config": textFlag(table.configFile),
  "log-level": textFlag(table.logLevel),
  "log-format": textFlag(table.logFormat),
  "notify": textFlag(table.notify),
  "origin": textFlag(table.sendsOrigin),
  "allow-proxy": switchFlag(
    "Let an HTTP proxy carry requests to an http:// platform, token and all",
  ),
} as const;

/**
 * A flag without a value.
 *
 * @param brief What it does.
 */
export function switchFlag(brief: string): {
  kind: "boolean";
  default: false;
  withNegated: false;
  brief: string;
} {
  return { kind: "boolean", default: false, withNegated: false, brief };
}

/** Takes what belongs to the settings out of the parsed flags. */
export function flagValues({ "allow-proxy": allowProxy, ...texts }: SettingFlags): FlagValues {
  return { texts, allowProxy };
}

/** The settings check the text, whatever its origin. */
function textFlag({ allowed, brief }: SettingDefinition<unknown>): {
  kind: "parsed";
  parse: (text: string) => string;
  optional: true;
  brief: string;
} {
  return { kind: "parsed", parse: (text) => text, optional: true, brief: `${brief}: ${allowed}` };
}
