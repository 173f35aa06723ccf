import type { Clock } from "./clock.ts";
import {
  DEFAULT_CONFIGS_DIR,
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_REPLAY_MAX_AGE_SECONDS,
  DEFAULT_RESULTS_FILE,
  DEFAULT_RESULTS_MAX_BYTES,
  DEFAULT_RESULTS_MODE,
  DEFAULT_WAKES_PER_HOUR,
  NO_MAX_AGE,
  type NotifyMode,
  proxyFor,
  type RegisterMode,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type Settings,
} from "./config/mod.ts";
import type { Log, Secrets } from "./log/mod.ts";
import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
} from "./permissions.ts";
import type { AgentCardOptions } from "./presence/mod.ts";
import type { Sharing } from "./sharing.ts";
import { isStatusFileTaken, isWakeFileTaken } from "./taken_files.ts";

/** Where the platform is, and how it wants to be addressed. */
export interface PlatformOptions {
  /** The platform's address: `http://` or `https://`, perhaps with a path. */
  readonly platformUrl: string;
  /**
   * Whether requests carry the platform's own Origin, which its SaaS edge wants.
   *
   * @default {true}
   */
  readonly sendsOrigin?: boolean;
  /** The tenant, for platforms that are guarded by tenant. */
  readonly orgId?: string | undefined;
}

/** Options of `Sidecar`. */
export interface SidecarOptions extends PlatformOptions, Partial<AgentCardOptions> {
  /** The workspace to keep alive: 1 to 128 letters, digits, `-` or `_`. */
  readonly workspaceId: string;
  /** The workspace's token, used while the token file has none. */
  readonly token?: string | undefined;
  /**
   * Seconds between beats. The platform gives a workspace up after 90 s without one; more than one
   * in 5 s floods it.
   *
   * @default {30}
   */
  readonly intervalSeconds?: number;
  /**
   * Whether the workspace is registered, and how it gets its messages: pushed to `agentUrl`, or when
   * it polls for them.
   *
   * @default {"off"}
   */
  readonly registerMode?: RegisterMode;
  /**
   * The JSON file that holds the agent card, which has to be there then. By default
   * `agent_card.json` in the configs folder, or a card made of name, description and skills.
   */
  readonly agentCardFile?: string;
  /**
   * Whether results are also looked for among the messages that the workspace was sent.
   *
   * @default {false}
   */
  readonly usesActivity?: boolean;
  /**
   * What is touched when there are results for an agent that polls for its messages, or `off`; by
   * default `<results file>.wake`.
   */
  readonly wakeFile?: string;
  /**
   * How often the agent is woken in an hour at the most: 1 to 60.
   *
   * @default {30}
   */
  readonly wakesPerHour?: number;
  /**
   * Where the sidecar says how it is, for `workspace-beat status` and `health`, or `off`; by default
   * `.workspace_beat_status.json` in the configs folder. It does without where it is not granted.
   */
  readonly statusFile?: string;
  /**
   * Whether a workspace that was removed is waited for; else `Sidecar.run()` ends.
   *
   * @default {false}
   */
  readonly waitsForRestore?: boolean;
  /**
   * Where results are appended for the agent, or `-` for standard output.
   *
   * @default {"/tmp/delegation_results.jsonl"}
   */
  readonly resultsFile?: string;
  /**
   * The results file's mode: who else may read and write it.
   *
   * @default {0o600}
   */
  readonly resultsMode?: number;
  /**
   * How large the results file may grow while nobody takes it, in bytes.
   *
   * @default {67_108_864}
   */
  readonly resultsMaxBytes?: number;
  /**
   * How old a result may be to wake the agent at the very first start, in seconds.
   *
   * @default {86_400}
   */
  readonly replayMaxAgeSeconds?: number;
  /**
   * The folder of the token file and the inbound secret.
   *
   * @default {"/configs"}
   */
  readonly configsDir?: string;
  /**
   * The report file, where other programs report about the agent; what they say is added to what
   * `Sidecar.report` says. By default `.runtime_report.json` in the configs folder.
   */
  readonly reportFile?: string;
  /**
   * How old a report may be that says when it was written, in seconds, before its tasks count as
   * ended; 0 for any age.
   *
   * @default {0}
   */
  readonly reportMaxAgeSeconds?: number;
  /**
   * Which results the user is told of.
   *
   * @default {"all"}
   */
  readonly notify?: NotifyMode;
  /**
   * Whether an HTTP proxy that the environment sets may carry requests to an `http://` platform: it
   * can read the token.
   *
   * @default {false}
   */
  readonly allowsProxy?: boolean;
  /** What it shares with other sidecars of the process; by default it is alone there. */
  readonly sharing?: Sharing;
  /** What may never be shown; the sidecar adds its token and its inbound secret. */
  readonly secrets?: Secrets;
  /** Where to log; by default to standard error, from level info on. */
  readonly log?: Log;
  /** Where time comes from; by default from the system. */
  readonly clock?: Clock;
  /** Where random numbers in [0, 1) come from; by default from `Math.random`. */
  readonly random?: () => number;
}

/** The options with what holds where nothing is said, but for where to log and what hides there. */
export type CompleteOptions =
  & Required<Omit<SidecarOptions, Undecided | "sharing" | "secrets" | "log" | "clock" | "random">>
  & Pick<SidecarOptions, Undecided>;

/** The options that may say nothing. */
type Undecided =
  | "token"
  | "orgId"
  | "agentName"
  | "agentDescription"
  | "agentSkills"
  | "agentUrl";

/**
 * Fills in what holds where nothing is said, and checks what no sidecar could start with.
 *
 * @param options What is said.
 * @throws {TypeError} An option is not allowed; or a proxy would read the token.
 */
export function completeOptions(options: SidecarOptions): CompleteOptions {
  const { allowsProxy = false, configsDir = DEFAULT_CONFIGS_DIR } = options;
  const { intervalSeconds = DEFAULT_INTERVAL_SECONDS } = options;
  const table = SETTING_DEFINITIONS;
  const platformUrl = checked(options.platformUrl, "platformUrl", table.platformUrl);
  if (!(intervalSeconds > 0 && Number.isFinite(intervalSeconds))) {
    throw new TypeError(
      `Cannot beat: expected intervalSeconds to be more than 0: current value is ${intervalSeconds}`,
    );
  }
  const proxy = allowsProxy ? undefined : proxyFor(platformUrl);
  if (proxy !== undefined) {
    throw new TypeError(
      `Cannot send the token to '${platformUrl}' through the proxy '${proxy.address}' (from ` +
        `environment ${proxy.variable}), which would read it: unset it, or set allowsProxy`,
    );
  }
  const resultsFile = options.resultsFile ?? DEFAULT_RESULTS_FILE;
  const complete = {
    workspaceId: checked(options.workspaceId, "workspaceId", table.workspaceId),
    platformUrl,
    sendsOrigin: options.sendsOrigin ?? true,
    orgId: options.orgId && checked(options.orgId, "orgId", table.orgId),
    token: options.token && checked(options.token, "token", table.environmentToken),
    intervalSeconds,
    registerMode: checked(options.registerMode ?? "off", "registerMode", table.registerMode),
    agentCardFile: options.agentCardFile ?? defaultAgentCardFile(configsDir),
    isAgentCardNamed: options.isAgentCardNamed ?? options.agentCardFile !== undefined,
    agentName: options.agentName,
    agentDescription: options.agentDescription,
    agentSkills: options.agentSkills,
    agentUrl: options.agentUrl && checked(options.agentUrl, "agentUrl", table.agentUrl),
    usesActivity: options.usesActivity ?? false,
    wakeFile: options.wakeFile ?? defaultWakeFile(resultsFile),
    wakesPerHour: checked(
      options.wakesPerHour ?? DEFAULT_WAKES_PER_HOUR,
      "wakesPerHour",
      table.wakesPerHour,
    ),
    statusFile: options.statusFile ?? defaultStatusFile(configsDir),
    waitsForRestore: options.waitsForRestore ?? false,
    resultsFile,
    resultsMode: checked(
      options.resultsMode ?? DEFAULT_RESULTS_MODE,
      "resultsMode",
      table.resultsMode,
    ),
    resultsMaxBytes: checked(
      options.resultsMaxBytes ?? DEFAULT_RESULTS_MAX_BYTES,
      "resultsMaxBytes",
      table.resultsMaxBytes,
    ),
    replayMaxAgeSeconds: checked(
      options.replayMaxAgeSeconds ?? DEFAULT_REPLAY_MAX_AGE_SECONDS,
      "replayMaxAgeSeconds",
      table.replayMaxAgeSeconds,
    ),
    configsDir,
    reportFile: options.reportFile ?? defaultReportFile(configsDir),
    reportMaxAgeSeconds: checked(
      options.reportMaxAgeSeconds ?? NO_MAX_AGE,
      "reportMaxAgeSeconds",
      table.reportMaxAgeSeconds,
    ),
    notify: checked(options.notify ?? "all", "notify", table.notify),
    allowsProxy,
  };
  const files = {
    ...complete,
    platformUrls: [platformUrl],
    configFile: `${configsDir}/config.yaml`,
  };
  const taken = isWakeFileTaken(files)
    ? `'${complete.wakeFile}' as the wake file`
    : isStatusFileTaken(files)
    ? `'${complete.statusFile}' as the status file`
    : undefined;
  if (taken !== undefined) {
    throw new TypeError(`Cannot use ${taken}: it is another of the sidecar's files`);
  }
  return complete;
}

/**
 * The options of a sidecar as the settings say them.
 *
 * @param settings The settings.
 */
export function sidecarOptions(settings: Settings): CompleteOptions {
  return {
    workspaceId: settings.workspaceId.value,
    platformUrl: settings.platformUrl.value,
    sendsOrigin: settings.sendsOrigin.value,
    orgId: settings.orgId.value,
    token: settings.environmentToken.value,
    intervalSeconds: settings.intervalSeconds.value,
    registerMode: settings.registerMode.value,
    agentCardFile: settings.agentCardFile.value,
    isAgentCardNamed: settings.agentCardFile.origin === "flag --agent-card",
    agentName: settings.agentName.value,
    agentDescription: settings.agentDescription.value,
    agentSkills: settings.agentSkills.value,
    agentUrl: settings.agentUrl.value,
    usesActivity: settings.usesActivity.value,
    wakeFile: settings.wakeFile.value,
    wakesPerHour: settings.wakesPerHour.value,
    statusFile: settings.statusFile.value,
    waitsForRestore: settings.waitsForRestore.value,
    resultsFile: settings.resultsFile.value,
    resultsMode: settings.resultsMode.value,
    resultsMaxBytes: settings.resultsMaxBytes.value,
    replayMaxAgeSeconds: settings.replayMaxAgeSeconds.value,
    configsDir: settings.configsDir.value,
    reportFile: settings.reportFile.value,
    reportMaxAgeSeconds: settings.reportMaxAgeSeconds.value,
    notify: settings.notify.value,
    allowsProxy: settings.allowsProxy.value,
  };
}

/** What a setting allows, an option allows. */
function checked<T extends string | number>(
  value: T,
  name: string,
  { allowed, parse, show = String }: SettingDefinition<T>,
): T {
  const parsed = parse(show(value));
  if (parsed !== undefined) return parsed;
  throw new TypeError(`Cannot use the option ${name}: expected ${allowed}`);
}
