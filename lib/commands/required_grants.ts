import type { Build, Settings } from "../config/mod.ts";
import { InputError, proxyFor } from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { isGranted, mayRead, maySeeProcesses, mayWrite } from "../grants.ts";
import {
  defaultReportFile,
  DOCKER_MARKER,
  grantFlags,
  type Grants,
  hostAndPort,
  leastGrants,
  reportFiles,
  resultsFiles,
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
 * @param settings The settings.
 * @param build What the binary was built for.
 */
export function lackingGrants(settings: Settings, build: Build | undefined): LackingGrants {
  const needed = leastGrants(wantedBuild(settings));
  return { refusal: refusal(settings, build, needed), without: without(settings, needed) };
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
  const reaches = isGranted({ name: "net", host: hostAndPort(platformUrl.value) });
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
      `${build.resultsFile}: rebuild it with ${rebuildCommand(wantedBuild(settings))}`,
  };
}

function wantedBuild(settings: Settings): Build {
  return {
    platformUrls: [settings.platformUrl.value],
    resultsFile: settings.resultsFile.value,
    configsDir: settings.configsDir.value,
    configFile: settings.configFile.value,
    reportFile: settings.reportFile.value,
  };
}

/** The command that builds a binary; what the configs folder implies is left out. */
function rebuildCommand({ configFile, configsDir, platformUrls, reportFile, resultsFile }: Build) {
  return [
    "deno task compile",
    ...platformUrls.map((url) => `--platform-url ${url}`),
    `--results-file ${resultsFile}`,
    `--configs-dir ${configsDir}`,
    ...configFile === `${configsDir}/config.yaml` ? [] : [`--config ${configFile}`],
    ...reportFile === defaultReportFile(configsDir) ? [] : [`--report-file ${reportFile}`],
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
  const unnamed = [
    // Without these it does not start, and the others are for `workspace-beat results`.
    ...Object.values(resultsFiles(settings.resultsFile.value)),
    ...Object.values(besideReport), // for `workspace-beat report`
    DOCKER_MARKER,
  ];
  const isNamed = (path: string) => !unnamed.includes(path) && !path.endsWith(".tmp");
  const variables = needed.env.filter((variable) => !isGranted({ name: "env", variable }));
  const unread = needed.read.filter((path) => isNamed(path) && !mayRead(path));
  const unwritten = needed.write.filter((path) =>
    isNamed(path) && path !== report && !mayWrite(path)
  );
  return [
    ...variables.length === needed.env.length
      ? ["environment variables"]
      : phrase("the environment's", variables),
    ...phrase("reading", unread),
    ...phrase("writing", unwritten),
    ...maySeeProcesses() ? [] : ["seeing whether the agent's process is there"],
  ];
}

function phrase(what: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${what} ${items.join(", ")}`];
}
