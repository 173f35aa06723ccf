/**
 * The one table of settings: flag, variable, what is allowed, and the words of the help text.
 *
 * @module
 */

import type { SettingDefinition } from "./setting_definition.ts";
import {
  ageText,
  fileModeText,
  INTERVAL_RANGE,
  isBlankList,
  isBlankText,
  LONGEST_CARD_TEXT,
  maxAgeText,
  parseAge,
  parseAgentUrl,
  parseCardText,
  parseFileMode,
  parseFolder,
  parseInterval,
  parseLogFormat,
  parseLogLevel,
  parseMaxAge,
  parseNotifyMode,
  parseOrgId,
  parsePath,
  parsePlatformUrl,
  parseRegisterMode,
  parseResultsBytes,
  parseSkills,
  parseSwitch,
  parseWakesPerHour,
  parseWorkspaceId,
  RESULTS_BYTES_RANGE,
  WAKES_RANGE,
} from "./values.ts";
import type { SwitchName } from "./switches.ts";
import { parseToken } from "../token.ts";
import { parseWorkspaces, type WorkspaceEntries, workspacesProblem } from "./workspaces.ts";

/** Every setting, by the name the code uses. */
export const SETTING_DEFINITIONS = {
  workspaceId: {
    parse: parseWorkspaceId,
    allowed: "1 to 128 letters, digits, '-' or '_'",
    brief: "The workspace to keep alive",
    flag: "workspace-id",
    variables: ["WORKSPACE_ID"],
  },
  platformUrl: {
    parse: parsePlatformUrl,
    allowed: "an http:// or https:// URL without credentials, query or fragment",
    brief: "The platform's address",
    flag: "platform-url",
    variables: ["PLATFORM_URL"],
  },
  intervalSeconds: {
    parse: parseInterval,
    allowed: `a whole number of seconds from ${INTERVAL_RANGE.least} to ${INTERVAL_RANGE.most}`,
    brief: "Seconds between beats",
    flag: "interval",
  },
  resultsFile: {
    parse: parsePath,
    allowed: "the path of a file, or - for standard output",
    brief: "Where results are appended for the agent; - writes them to standard output",
    flag: "results-file",
    offered: "file",
    variables: ["DELEGATION_RESULTS_FILE"],
  },
  resultsMode: {
    parse: parseFileMode,
    allowed: "an octal mode from 0600 to 0666, without execute bits",
    brief: "Who else may read and write the results file, for an agent that runs as another user",
    flag: "results-mode",
    show: fileModeText,
  },
  resultsMaxBytes: {
    parse: parseResultsBytes,
    allowed:
      `a whole number of bytes from ${RESULTS_BYTES_RANGE.least} to ${RESULTS_BYTES_RANGE.most}`,
    brief: "How large the results file may grow while nobody takes it",
    flag: "results-max-bytes",
  },
  replayMaxAgeSeconds: {
    parse: parseAge,
    allowed: "a whole number of at most 9 digits, perhaps with s, m, h or d behind it, such as 24h",
    brief: "How old a result may be to wake the agent at the very first start",
    flag: "replay-max-age",
    show: ageText,
  },
  configsDir: {
    parse: parseFolder,
    allowed: "the path of a folder",
    brief: "The folder of the token file and the inbound secret",
    flag: "configs-dir",
    offered: "folder",
    variables: ["CONFIGS_DIR"],
  },
  reportFile: {
    parse: parsePath,
    allowed: "the path of a file",
    brief: "Where the agent reports about itself",
    flag: "report-file",
    offered: "file",
    variables: ["RUNTIME_REPORT_FILE"],
  },
  reportMaxAgeSeconds: {
    parse: parseMaxAge,
    allowed: "off, or a whole number from 1 on, of at most 9 digits, perhaps with s, m, h or d " +
      "behind it, such as 10m",
    brief: "How old a report may be that says when it was written, before its tasks count as ended",
    flag: "report-max-age",
    show: maxAgeText,
  },
  configFile: {
    parse: parsePath,
    allowed: "the path of a file",
    brief: "The config.yaml to read",
    flag: "config",
    offered: "file",
  },
  logLevel: {
    parse: parseLogLevel,
    allowed: "one of debug, info, warning, error",
    brief: "The least level that is logged",
    flag: "log-level",
    offered: ["debug", "info", "warning", "error"],
    variables: ["LOG_LEVEL"],
  },
  logFormat: {
    parse: parseLogFormat,
    allowed: "text or json",
    brief: "How log lines look",
    flag: "log-format",
    offered: ["text", "json"],
  },
  notify: {
    parse: parseNotifyMode,
    allowed: "all, failures or off",
    brief: "Which results the user is told of",
    flag: "notify",
    offered: ["all", "failures", "off"],
  },
  registerMode: {
    parse: parseRegisterMode,
    allowed: "push, poll or off",
    brief: "Whether the workspace is registered, and how it gets its messages",
    flag: "register",
    offered: ["push", "poll", "off"],
  },
  agentCardFile: {
    parse: parsePath,
    allowed: "the path of a JSON file",
    brief: "The agent card that is registered",
    flag: "agent-card",
    offered: "file",
  },
  agentUrl: {
    parse: parseAgentUrl,
    allowed: "an http:// or https:// URL without credentials",
    brief: "Where the agent takes messages, for --register push",
    flag: "agent-url",
  },
  agentName: {
    parse: parseCardText,
    allowed: `a text of at most ${LONGEST_CARD_TEXT} characters`,
    brief: "The agent's name, where there is no agent card",
    variables: ["MOLECULE_AGENT_NAME"],
    isBlank: isBlankText,
  },
  agentDescription: {
    parse: parseCardText,
    allowed: `a text of at most ${LONGEST_CARD_TEXT} characters`,
    brief: "What the agent is for, where there is no agent card",
    variables: ["MOLECULE_AGENT_DESCRIPTION"],
    isBlank: isBlankText,
  },
  agentSkills: {
    parse: parseSkills,
    allowed: `names separated by commas, at most ${LONGEST_CARD_TEXT} characters`,
    brief: "What the agent can do, where there is no agent card",
    variables: ["MOLECULE_AGENT_SKILLS"],
    isBlank: isBlankList,
    show: (skills: readonly string[]) => skills.join(", "),
  },
  wakeFile: {
    parse: parsePath,
    allowed: "the path of a file, or off",
    brief: "What is touched when the workspace polls, so that the platform cannot wake the agent",
    flag: "wake-file",
    offered: "file",
  },
  statusFile: {
    parse: parsePath,
    allowed: "the path of a file, or off",
    brief: "Where the sidecar says how it is, for workspace-beat status and health",
    flag: "status-file",
    offered: "file",
  },
  wakesPerHour: {
    parse: parseWakesPerHour,
    allowed: `a whole number from ${WAKES_RANGE.least} to ${WAKES_RANGE.most}`,
    brief: "How often the agent is woken in an hour at the most",
    flag: "wakes-per-hour",
  },
  metricsFile: {
    parse: parsePath,
    allowed: "the path of a file, or off",
    brief: "Where metrics are written for node_exporter's textfile collector",
    flag: "metrics-file",
    offered: "file",
  },
  workspaces: {
    parse: parseWorkspaces,
    allowed: 'a JSON list of {"id": …, "token": …, "platform_url": …}, the last two optional',
    brief: "Several workspaces to keep alive at once",
    variables: ["MOLECULE_WORKSPACES"],
    secret: true,
    problem: workspacesProblem,
    show: (entries: WorkspaceEntries) => entries.map(({ id }) => id).join(", "),
  },
  workspacesDir: {
    parse: parseFolder,
    allowed: "the path of a folder",
    brief: "The folder of the files of MOLECULE_WORKSPACES, one folder in it for each",
    flag: "workspaces-dir",
    offered: "folder",
  },
  sendsOrigin: {
    parse: parseSwitch,
    allowed: "on or off",
    brief: "Whether requests carry the platform's own Origin, which its SaaS edge wants",
    flag: "origin",
    offered: ["on", "off"],
  },
  environmentToken: {
    parse: parseToken,
    allowed: "printable characters without spaces",
    brief: "The workspace's token, used when the token file has none",
    variables: ["MOLECULE_WORKSPACE_TOKEN"],
    secret: true,
  },
  orgId: {
    parse: parseOrgId,
    allowed: "1 to 128 printable ASCII characters",
    brief: "The tenant, for platforms that are guarded by tenant",
    variables: ["MOLECULE_ORG_ID", "MOLECULE_ORGANIZATION_ID"],
  },
} as const satisfies Record<string, SettingDefinition<unknown>>;

/** The code's name of a setting. */
export type SettingName = keyof typeof SETTING_DEFINITIONS;

/** A value and where it came from. */
export interface Setting<T> {
  readonly value: T;
  /** "flag --interval", "environment LOG_LEVEL", "file /configs/config.yaml", "build", "default". */
  readonly origin: string;
}

type Definitions = typeof SETTING_DEFINITIONS;
type ValueOf<Name extends SettingName> = NonNullable<ReturnType<Definitions[Name]["parse"]>>;

/** The settings that may have no value. */
type Optional =
  | "environmentToken"
  | "orgId"
  | "agentUrl"
  | "agentName"
  | "agentDescription"
  | "agentSkills"
  | "workspaces"
  | "workspacesDir";

/** Every setting, resolved. */
export type Settings =
  & {
    readonly [Name in SettingName]: Setting<
      | ValueOf<Name>
      | (Name extends Optional ? undefined : never)
    >;
  }
  & {
    /** Whether an HTTP proxy may carry the requests to an `http://` platform. */
    readonly allowsProxy: Setting<boolean>;
    /** Whether results are also looked for among the messages that the workspace was sent. */
    readonly usesActivity: Setting<boolean>;
    /** Whether the sidecar waits when the workspace is removed, instead of ending. */
    readonly waitsForRestore: Setting<boolean>;
  };

/** A flag that takes a value, without its dashes. */
export type FlagName = Extract<Definitions[SettingName], { flag: string }>["flag"];

/** What the command line said: the text of each flag that was given, and the switches. */
export interface FlagValues {
  /** The text of each flag that was given. */
  readonly texts: Readonly<{ [Flag in FlagName]?: string | undefined }>;
  /** The switches that were given. */
  readonly switches: Readonly<{ [Switch in SwitchName]?: boolean }>;
}
