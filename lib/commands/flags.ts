import {
  type FlagName,
  type FlagValues,
  type Offered,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  SWITCHES,
  type SwitchName,
} from "../config/mod.ts";

/** The flags of the settings, as the library hands them over. */
export type SettingFlags =
  & { readonly [Flag in FlagName]?: string }
  & { readonly [Switch in SwitchName]: boolean };

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
  "register": textFlag(table.registerMode),
  "agent-card": textFlag(table.agentCardFile),
  "agent-url": textFlag(table.agentUrl),
  "wake-file": textFlag(table.wakeFile),
  "status-file": textFlag(table.statusFile),
  "wakes-per-hour": textFlag(table.wakesPerHour),
  "metrics-file": textFlag(table.metricsFile),
  "workspaces-dir": textFlag(table.workspacesDir),
  "activity": switchFlag(SWITCHES.usesActivity.brief),
  "wait-for-restore": switchFlag(SWITCHES.waitsForRestore.brief),
  "allow-proxy": switchFlag(SWITCHES.allowsProxy.brief),
} as const;

/** The flags that say which of several workspaces is meant; their words are for subcommands. */
export const ONE_OF_SEVERAL_FLAGS = {
  "workspace-id": {
    ...SETTING_FLAGS["workspace-id"],
    brief: `Which of several workspaces is meant: ${table.workspaceId.allowed}`,
  },
  "workspaces-dir": {
    ...SETTING_FLAGS["workspaces-dir"],
    brief: "The folder of the files of several workspaces: the path of a folder",
  },
} as const;

/** The flags that say where the statuses are; their words are for subcommands. */
export const STATUS_FLAGS = {
  "status-file": {
    ...SETTING_FLAGS["status-file"],
    brief: "The status file that the sidecar writes: a path",
  },
  "configs-dir": {
    ...SETTING_FLAGS["configs-dir"],
    brief: "The folder of the status file, where that is not named: the path of a folder",
  },
  ...ONE_OF_SEVERAL_FLAGS,
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
export function flagValues(flags: SettingFlags): FlagValues {
  const {
    activity,
    "allow-proxy": allowProxy,
    "wait-for-restore": waitForRestore,
    ...texts
  } = flags;
  return {
    texts,
    switches: {
      activity,
      "allow-proxy": allowProxy,
      "wait-for-restore": waitForRestore,
    },
  };
}

/** What {@linkcode textFlag} makes: a flag of the library's, and what a shell offers for it. */
export interface TextFlag {
  readonly kind: "parsed";
  readonly parse: (text: string) => string;
  readonly optional: true;
  readonly brief: string;
  readonly allowed: string;
  readonly offered: Offered;
}

/**
 * A flag with a value, whose text the settings check, whatever its origin.
 *
 * @param definition What it is for, what is allowed, and what a shell offers for it.
 */
export function textFlag(
  { allowed, brief, offered = "nothing" }: Pick<
    SettingDefinition<unknown>,
    "allowed" | "brief" | "offered"
  >,
): TextFlag {
  return {
    kind: "parsed",
    parse: (text) => text,
    optional: true,
    brief: `${brief}: ${allowed}`,
    allowed,
    offered,
  };
}
