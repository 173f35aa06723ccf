/**
 * The least grants for given settings: the one source of the manifest. `deno.json`'s default
 * permissions, the compile script and `check` are all made from {@linkcode leastGrants}; a test
 * holds them equal.
 *
 * @module
 */

import { ENVIRONMENT_VARIABLES } from "./config/environment.ts";

/** What the grants depend on. Every path is absolute. */
export interface GrantSettings {
  /** The platforms to reach: `http://` or `https://` URLs; the host may be `*.example.com`. */
  readonly platformUrls: readonly string[];
  /** The results file, or `-` when results go to standard output and no file is written. */
  readonly resultsFile: string;
  /** The folder that holds the token file and the inbound secret. */
  readonly configsDir: string;
  /** The config.yaml to read. */
  readonly configFile: string;
  /** The file in which the agent reports about itself. */
  readonly reportFile: string;
  /**
   * The agent card that is registered; by default `agent_card.json` in the configs folder.
   */
  readonly agentCardFile?: string | undefined;
  /**
   * The file that is touched for an agent which nobody can wake, or `off`; by default
   * `<results file>.wake`.
   */
  readonly wakeFile?: string | undefined;
  /**
   * The file in which the sidecar says how it is, or `off`; by default
   * `.workspace_beat_status.json` in the configs folder.
   */
  readonly statusFile?: string | undefined;
  /**
   * The folder that holds the files of several workspaces; by default there is none, and only the
   * files named above are granted.
   */
  readonly workspacesDir?: string | undefined;
  /** The file that metrics are written to, or `off`; by default there is none. */
  readonly metricsFile?: string | undefined;
}

/** Grants as Deno names them: each list holds everything that is allowed, and nothing else is. */
export interface Grants {
  /** `host:port` of each platform. */
  readonly net: readonly string[];
  /** Files that may be read. */
  readonly read: readonly string[];
  /** Files that may be created, written and renamed. */
  readonly write: readonly string[];
  /** Environment variables that may be read. */
  readonly env: readonly string[];
  /** What may be asked of the system. */
  readonly sys: readonly string[];
}

/** The token file in a configs folder (contract 4.1). */
export function tokenFile(configsDir: string): string {
  return `${configsDir}/.auth_token`;
}

/** The inbound secret's file in a configs folder (contract 4.2). */
export function inboundSecretFile(configsDir: string): string {
  return `${configsDir}/.platform_inbound_secret`;
}

/** The agent card in a configs folder, where the settings name no other. */
export function defaultAgentCardFile(configsDir: string): string {
  return `${configsDir}/agent_card.json`;
}

/** What stands for no wake file. */
export const NO_WAKE_FILE = "off";

/** The wake file beside a results file, where the settings name no other. */
export function defaultWakeFile(resultsFile: string): string {
  return resultsFile === "-" ? NO_WAKE_FILE : `${resultsFile}.wake`;
}

/** What stands for no status file. */
export const NO_STATUS_FILE = "off";

/** The status file in a configs folder, where the settings name no other. */
export function defaultStatusFile(configsDir: string): string {
  return `${configsDir}/.workspace_beat_status.json`;
}

/** What stands for no metrics file. */
export const NO_METRICS_FILE = "off";

/** A metrics file with what stands beside it; nothing, where none is named. */
export function metricsFiles(metricsFile: string = NO_METRICS_FILE): string[] {
  return metricsFile === NO_METRICS_FILE ? [] : [metricsFile, temporaryFile(metricsFile)];
}

/** Where the files of several workspaces are, where the settings name no other folder. */
export function defaultWorkspacesDir(configsDir: string): string {
  return `${configsDir}/workspaces`;
}

/** The files of one workspace among several. */
export function workspaceFiles(workspacesDir: string, workspaceId: string): {
  readonly configsDir: string;
  readonly resultsFile: string;
} {
  const configsDir = `${workspacesDir}/${workspaceId}`;
  return { configsDir, resultsFile: `${configsDir}/delegation_results.jsonl` };
}

/** The report file in a configs folder, where the settings name no other. */
export function defaultReportFile(configsDir: string): string {
  return `${configsDir}/.runtime_report.json`;
}

/** Where a file's next content is written before it is renamed into place. */
export function temporaryFile(path: string): string {
  return `${path}.tmp`;
}

/** Every file that deliveries need, all beside each other: a rename must not cross a volume. */
export interface ResultsFiles {
  /** The results file itself, which the agent takes away by renaming it. */
  readonly results: string;
  /** Where the next content of the results file is made, out of the agent's sight. */
  readonly next: string;
  /** What has been written, woken for and notified. */
  readonly journal: string;
  /** Where the journal is written anew before it is renamed into place. */
  readonly nextJournal: string;
  /** Held by the one sidecar that writes; it names that one. */
  readonly lock: string;
  /** Where `workspace-beat results` moves the results file while it prints it. */
  readonly taken: string;
  /** Where it moves the file when an earlier run has left something in `taken`. */
  readonly takenNext: string;
  /** Held by the one `workspace-beat results` that is at it. */
  readonly takenLock: string;
  /** Lines that were no results, set aside by `workspace-beat results`. */
  readonly rejected: string;
}

/** The files that belong to a results file. */
export function resultsFiles(results: string): ResultsFiles {
  const journal = `${results}.journal`;
  const taken = `${results}.taken`;
  return {
    results,
    next: temporaryFile(results),
    journal,
    nextJournal: temporaryFile(journal),
    lock: `${results}.lock`,
    taken,
    takenNext: `${taken}.next`,
    takenLock: `${taken}.lock`,
    rejected: `${results}.rejected`,
  };
}

/** The files with which `workspace-beat report` changes the report. */
export interface ReportFiles {
  /** The report file itself. */
  readonly report: string;
  /** Where its next content is written before it is renamed into place. */
  readonly next: string;
  /** Held by the one that changes it. */
  readonly lock: string;
}

/** The files that belong to a report file. */
export function reportFiles(report: string): ReportFiles {
  return { report, next: temporaryFile(report), lock: `${report}.lock` };
}

/** Lets the sidecar see whether the agent's process exists: nothing less in Deno does. */
const SEE_PROCESS = "getPriority";

/** Present in every Docker container: it decides the default platform (contract 4.6). */
export const DOCKER_MARKER = "/.dockerenv";

/**
 * Computes the least grants with which a sidecar of these settings does its whole job.
 *
 * @param settings The settings to grant for; paths must be absolute.
 * @returns The grants, without duplicates, in a fixed order.
 */
export function leastGrants(settings: GrantSettings): Grants {
  const { configFile, configsDir, resultsFile, workspacesDir } = settings;
  const { agentCardFile = defaultAgentCardFile(configsDir) } = settings;
  const { wakeFile = defaultWakeFile(resultsFile) } = settings;
  const { statusFile = defaultStatusFile(configsDir) } = settings;
  const written = [
    ...privateFiles(configsDir),
    ...resultsFile === "-" ? [] : Object.values(resultsFiles(resultsFile)),
    ...wakeFile === NO_WAKE_FILE ? [] : [wakeFile],
    ...Object.values(reportFiles(settings.reportFile)),
    ...statusFile === NO_STATUS_FILE ? [] : [statusFile, temporaryFile(statusFile)],
    ...workspacesDir === undefined ? [] : [workspacesDir],
    ...metricsFiles(settings.metricsFile),
  ];
  return {
    net: unique(settings.platformUrls.map(hostAndPort)),
    // A rename reads its source, and what is there is looked at first.
    read: unique([configFile, ...written, agentCardFile, DOCKER_MARKER]),
    write: unique(written),
    env: ENVIRONMENT_VARIABLES,
    sys: [SEE_PROCESS],
  };
}

/**
 * Computes the least grants for several workspaces at once: their files are in one folder, and no
 * other is written but the metrics file.
 *
 * @param settings The platforms, the folder, the config.yaml to read, and perhaps a metrics file.
 */
export function workspacesGrants(
  { configFile, metricsFile, platformUrls, workspacesDir }: {
    readonly platformUrls: readonly string[];
    readonly workspacesDir: string;
    readonly configFile: string;
    readonly metricsFile?: string | undefined;
  },
): Grants {
  const written = [workspacesDir, ...metricsFiles(metricsFile)];
  return {
    net: unique(platformUrls.map(hostAndPort)),
    read: [configFile, ...written, DOCKER_MARKER],
    write: written,
    env: ENVIRONMENT_VARIABLES,
    sys: [SEE_PROCESS],
  };
}

/** What the platform hands out, and where it is written before it is renamed into place. */
function privateFiles(configsDir: string): string[] {
  const files = [tokenFile(configsDir), inboundSecretFile(configsDir)];
  return files.flatMap((file) => [file, temporaryFile(file)]);
}

/**
 * Writes grants as the flags of `deno run` and `deno compile`. A list that is empty gives no flag,
 * which grants nothing.
 *
 * @param grants The grants.
 * @returns One `--allow-…=a,b` per kind.
 *
 * @example
 * ```ts
 * import { grantFlags } from "./permissions.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const grants = { net: ["example.com:443"], read: [], write: ["/tmp/a", "/tmp/b"], env: [], sys: [] };
 * assertEquals(grantFlags(grants), ["--allow-net=example.com:443", "--allow-write=/tmp/a,/tmp/b"]);
 * ```
 */
export function grantFlags(grants: Grants): string[] {
  return (["net", "read", "write", "env", "sys"] as const)
    .filter((kind) => grants[kind].length > 0)
    .map((kind) => `--allow-${kind}=${grants[kind].join(",")}`);
}

/** The `host:port` that a platform URL is reached at, as `--allow-net` wants it. *
 * @example
 * ```ts
 * import { hostAndPort } from "./permissions.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hostAndPort("https://*.example.com/api"), "*.example.com:443");
 * ```
 */
export function hostAndPort(platformUrl: string): string {
  const url = new URL(platformUrl.replace("://*.", "://wildcard."));
  const port = url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80";
  return `${url.hostname.replace(/^wildcard\./, "*.")}:${port}`;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
