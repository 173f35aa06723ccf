import type { Clock } from "./clock.ts";
import {
  DEFAULT_CONFIGS_DIR,
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_REPLAY_MAX_AGE_SECONDS,
  DEFAULT_RESULTS_FILE,
  DEFAULT_RESULTS_MAX_BYTES,
  DEFAULT_RESULTS_MODE,
  NO_MAX_AGE,
  type NotifyMode,
  proxyFor,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type Settings,
} from "./config/mod.ts";
import type { Log, Secrets } from "./log/mod.ts";
import { defaultReportFile } from "./permissions.ts";

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
export interface SidecarOptions extends PlatformOptions {
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
  /** What may never be shown; the sidecar adds its token and its inbound secret. */
  readonly secrets?: Secrets;
  /** Where to log; by default to standard error, from level info on. */
  readonly log?: Log;
  /** Where time comes from; by default from the system. */
  readonly clock?: Clock;
}

/** The options with what holds where nothing is said, but for where to log and what hides there. */
export type CompleteOptions =
  & Required<Omit<SidecarOptions, "token" | "orgId" | "secrets" | "log" | "clock">>
  & Pick<SidecarOptions, "token" | "orgId">;

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
  return {
    workspaceId: checked(options.workspaceId, "workspaceId", table.workspaceId),
    platformUrl,
    sendsOrigin: options.sendsOrigin ?? true,
    orgId: options.orgId && checked(options.orgId, "orgId", table.orgId),
    token: options.token && checked(options.token, "token", table.environmentToken),
    intervalSeconds,
    resultsFile: options.resultsFile ?? DEFAULT_RESULTS_FILE,
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
