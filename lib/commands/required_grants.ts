import type { Build, Settings } from "../config/mod.ts";
import { grantSettings, InputError, proxyFor } from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { isGranted, mayRead, maySeeProcesses, mayWrite } from "../grants.ts";
import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  DOCKER_MARKER,
  grantFlags,
  type Grants,
  hostAndPort,
  leastGrants,
  NO_METRICS_FILE,
  reportFiles,
  resultsFiles,
  tokenFile,
  workspacesGrants,
} from "../permissions.ts";

/** Why the program does not start. */
export interface Refusal {
  /** What it will not do. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What a process lacks of the grants that its settings need. */
export interface LackingGrants {
  /** Why it cannot do its job at all; undefined when it can. */
  readonly refusal: Refusal | undefined;
  /** What it does without, one phrase each. */
  readonly without: readonly string[];
}

/**
 * Compares what is granted with what the settings need. Nothing is prompted for.
 *
 * @param workspaces The settings of the workspace, or of each of several.
 * @param build What the binary was built for.
 */
export function lackingGrants(
  workspaces: readonly [Settings, ...Settings[]],
  build: Build | undefined,
): LackingGrants {
  const [settings] = workspaces;
  const { value: workspacesDir } = settings.workspacesDir;
  if (workspacesDir !== undefined) return lackingForSeveral(workspaces, workspacesDir, build);
  const needed = leastGrants(grantSettings(settings));
  return { refusal: refusal(settings, build, needed), without: without(settings, needed) };
}

/** Several workspaces need their folder, and whichever of their platforms is granted. */
function lackingForSeveral(
  workspaces: readonly [Settings, ...Settings[]],
  workspacesDir: string,
  build: Build | undefined,
): LackingGrants {
  const [{ configFile, metricsFile, workspacesDir: folder }] = workspaces;
  const platformUrls = [...new Set(workspaces.map(({ platformUrl }) => platformUrl.value))];
  const needed = workspacesGrants({
    configFile: configFile.value,
    metricsFile: metricsFile.value,
    platformUrls,
    workspacesDir,
  });
  const unreached = platformUrls.filter((url) => !isGranted(netGrant(url)));
  const reaches = unreached.length < platformUrls.length;
  const writes = mayRead(workspacesDir) && mayWrite(workspacesDir);
  if (!reaches || !writes) {
    const problem = writes
      ? `Not allowed to reach the platform '${platformUrls.join("' or '")}'`
      : `Not allowed to use the folder '${workspacesDir}' (from ${folder.origin})`;
    const rebuilt = build &&
      rebuildCommand({ ...build, platformUrls, workspacesDir, metricsFile: metricsFile.value });
    const remedy = rebuilt === undefined
      ? `run with ${grantFlags(needed).join(" ")}`
      : `rebuild this binary with ${rebuilt}`;
    return { refusal: { problem, remedy }, without: [] };
  }
  const named = [configFile, metricsFile].map(({ value }) => value);
  const unread = needed.read.filter((path) => named.includes(path) && !mayRead(path));
  const unwritten = needed.write.filter((path) => named.includes(path) && !mayWrite(path));
  return {
    refusal: undefined,
    without: [
      ...withoutVariables(needed),
      ...phrase("reading", unread),
      ...phrase("writing", unwritten),
      ...phrase("reaching", unreached),
      ...withoutProcesses(),
    ],
  };
}

function netGrant(platformUrl: string): Deno.NetPermissionDescriptor {
  return { name: "net", host: hostAndPort(platformUrl) };
}

/** What a subcommand does with files, and what it needs for that. */
export interface NeededFiles {
  /** What it does, and with what: "change the report '…' (from …)". */
  readonly doing: string;
  /** The files that it reads. */
  readonly read: readonly string[];
  /** The files that it writes. */
  readonly write: readonly string[];
  /** The variables that name them. */
  readonly env: readonly string[];
  /** What a binary was built for instead. */
  readonly builtFor: string;
  /** What another binary would have to be built for. */
  readonly wanted: Partial<Build>;
}

/**
 * Refuses to work on files that are not granted. Nothing is prompted for.
 *
 * @param needed The files.
 * @param build What the binary was built for.
 * @throws {InputError} One of them is not granted.
 */
export function refuseLackingFiles(needed: NeededFiles, build: Build | undefined): void {
  const { builtFor, doing, env, read, wanted, write } = needed;
  if (read.every(mayRead) && write.every(mayWrite)) return;
  const remedy = build === undefined
    ? `run with ${grantFlags({ net: [], read, write, env, sys: [] }).join(" ")}`
    : `this binary was built for ${builtFor}: rebuild it with ` +
      rebuildCommand({ ...build, ...wanted });
  throw new InputError(`Not allowed to ${doing}: ${remedy}`, EXIT_CODE.notAllowed);
}

/**
 * Why a plain-text platform behind a proxy is refused: the proxy would read the token, and Deno
 * would send it there whatever the net grant says.
 *
 * @param settings The settings.
 * @returns The refusal, or undefined.
 */
export function proxyRefusal(settings: Settings): Refusal | undefined {
  const { allowsProxy, platformUrl } = settings;
  const proxy = allowsProxy.value ? undefined : proxyFor(platformUrl.value);
  if (proxy === undefined) return undefined;
  return {
    problem:
      `Cannot send the token to '${platformUrl.value}' (from ${platformUrl.origin}) through ` +
      `the proxy '${proxy.address}' (from environment ${proxy.variable}), which would read it`,
    remedy:
      "unset the variable, add the platform's host to NO_PROXY, or accept it with --allow-proxy",
  };
}

function refusal(
  settings: Settings,
  build: Build | undefined,
  needed: Grants,
): Refusal | undefined {
  const { platformUrl, resultsFile } = settings;
  const path = resultsFile.value;
  const reaches = isGranted(netGrant(platformUrl.value));
  const writes = writtenFiles(path).every((file) => mayRead(file) && mayWrite(file));
  if (reaches && writes) return undefined;
  const what = reaches
    ? `write the results file '${path}' (from ${resultsFile.origin}) and what stands beside it`
    : `reach the platform '${platformUrl.value}' (from ${platformUrl.origin})`;
  const problem = `Not allowed to ${what}`;
  if (build === undefined) {
    const otherwise = writes ? "" : ", or write results to standard output: --results-file -";
    return { problem, remedy: `run with ${grantFlags(needed).join(" ")}${otherwise}` };
  }
  const platforms = build.platformUrls.join(" or ");
  return {
    problem,
    remedy: `this binary was built for the platform ${platforms} and the results file ` +
      `${build.resultsFile}: rebuild it with ${rebuildCommand(wantedBuild(settings, build))}`,
  };
}

function wantedBuild(settings: Settings, build: Build): Build {
  return { ...grantSettings(settings), otel: build.otel };
}

/** The command that builds a binary; what the configs folder implies is left out. */
function rebuildCommand(build: Build): string {
  const { configFile, configsDir, platformUrls, reportFile, resultsFile, workspacesDir } = build;
  const { agentCardFile = defaultAgentCardFile(configsDir) } = build;
  const { metricsFile = NO_METRICS_FILE, wakeFile = defaultWakeFile(resultsFile) } = build;
  const { statusFile = defaultStatusFile(configsDir) } = build;
  return [
    "deno task compile",
    ...platformUrls.map((url) => `--platform-url ${url}`),
    `--results-file ${resultsFile}`,
    `--configs-dir ${configsDir}`,
    ...configFile === `${configsDir}/config.yaml` ? [] : [`--config ${configFile}`],
    ...reportFile === defaultReportFile(configsDir) ? [] : [`--report-file ${reportFile}`],
    ...agentCardFile === defaultAgentCardFile(configsDir) ? [] : [`--agent-card ${agentCardFile}`],
    ...wakeFile === defaultWakeFile(resultsFile) ? [] : [`--wake-file ${wakeFile}`],
    ...statusFile === defaultStatusFile(configsDir) ? [] : [`--status-file ${statusFile}`],
    ...metricsFile === NO_METRICS_FILE ? [] : [`--metrics-file ${metricsFile}`],
    ...workspacesDir === undefined ? [] : [`--workspaces-dir ${workspacesDir}`],
    ...build.otel ? ["--otel"] : [],
  ].join(" ");
}

/** The files without which no result can be delivered. */
function writtenFiles(resultsFile: string): string[] {
  if (resultsFile === "-") return [];
  const { journal, lock, next, nextJournal, results } = resultsFiles(resultsFile);
  return [results, next, journal, nextJournal, lock];
}

function without(settings: Settings, needed: Grants): string[] {
  const { report, ...besideReport } = reportFiles(settings.reportFile.value);
  const mode = settings.registerMode.value;
  const unnamed = [
    ...mode === "off" ? [settings.agentCardFile.value] : [],
    ...mode === "poll" ? [] : [settings.wakeFile.value],
    // Without these it does not start, and the others are for `workspace-beat results`.
    ...Object.values(resultsFiles(settings.resultsFile.value)),
    ...Object.values(besideReport), // for `workspace-beat report`
    DOCKER_MARKER,
  ];
  const isNamed = (path: string) => !unnamed.includes(path) && !path.endsWith(".tmp");
  const { value: statusFile } = settings.statusFile; // looked at only because it is written
  const unread = needed.read.filter((path) =>
    isNamed(path) && !mayRead(path) && (path !== statusFile || mayWrite(path))
  );
  const readOnly = [report, ...mode === "off" ? [tokenFile(settings.configsDir.value)] : []];
  const unwritten = needed.write.filter((path) =>
    isNamed(path) && !readOnly.includes(path) && !mayWrite(path)
  );
  return [
    ...withoutVariables(needed),
    ...phrase("reading", unread),
    ...phrase("writing", unwritten),
    ...withoutProcesses(),
  ];
}

function withoutVariables(needed: Grants): string[] {
  const variables = needed.env.filter((variable) => !isGranted({ name: "env", variable }));
  return variables.length === needed.env.length
    ? ["environment variables"]
    : phrase("the environment's", variables);
}

function withoutProcesses(): string[] {
  return maySeeProcesses() ? [] : ["seeing whether the agent's process is there"];
}

function phrase(what: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${what} ${items.join(", ")}`];
}
