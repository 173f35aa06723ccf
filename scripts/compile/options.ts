/**
 * The command line of `deno task compile`.
 *
 * @module
 */

import {
  type Build,
  DEFAULT_CONFIGS_DIR,
  DEFAULT_RESULTS_FILE,
  SETTING_DEFINITIONS,
  usageError,
} from "../../lib/config/mod.ts";
import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  NO_STATUS_FILE,
  NO_WAKE_FILE,
} from "../../lib/permissions.ts";
import { neutralise } from "../../lib/text.ts";
import { isMetricsFileTaken, isStatusFileTaken, isWakeFileTaken } from "../../lib/taken_files.ts";
import { programPath, TARGETS } from "./targets.ts";

/** What a binary is made for, and where it goes. */
export interface CompileOptions extends Build {
  /** The system it runs on; undefined for this one. */
  readonly target: string | undefined;
  /** Where the binary goes: a path on this machine. */
  readonly output: string;
}

/** One row of the table of flags: the values' reader, and the words of messages and help. */
interface Flag {
  /** Whether it takes no value. */
  readonly isSwitch?: boolean;
  /** Reads the value; undefined when the text is not allowed. */
  readonly parse: (text: string) => string | undefined;
  readonly allowed: string;
  readonly brief: string;
}

const TRIPLES = TARGETS.map(({ triple }) => triple);

const ABSOLUTE = "an absolute path in the image without ',', '.' or '..' in it as a part, " +
  "and without control characters";

const FLAGS = {
  "platform-url": {
    parse: parsePlatform,
    allowed: "an http:// or https:// URL without credentials, query or fragment, whose host may " +
      "begin with '*.' and holds only letters, digits, '-', '_' and '.'",
    brief: "The platform to talk to; give it again for more",
  },
  "results-file": {
    parse: (text) => text === "-" ? text : parseAbsolute(text),
    allowed: `${ABSOLUTE}, or - for standard output`,
    brief: `The results file [${DEFAULT_RESULTS_FILE}]`,
  },
  "configs-dir": {
    parse: (text) => parseAbsolute(text.replace(/\/+$/, "")),
    allowed: ABSOLUTE,
    brief: `The folder of the token file and the inbound secret [${DEFAULT_CONFIGS_DIR}]`,
  },
  "config": {
    parse: parseAbsolute,
    allowed: ABSOLUTE,
    brief: "The config.yaml to read [config.yaml in the configs folder]",
  },
  "report-file": {
    parse: parseAbsolute,
    allowed: ABSOLUTE,
    brief: "Where the agent reports about itself [.runtime_report.json in the configs folder]",
  },
  "agent-card": {
    parse: parseAbsolute,
    allowed: ABSOLUTE,
    brief: "The agent card that is registered [agent_card.json in the configs folder]",
  },
  "wake-file": {
    parse: (text) => text === NO_WAKE_FILE ? text : parseAbsolute(text),
    allowed: `${ABSOLUTE}, or ${NO_WAKE_FILE}`,
    brief: "What is touched for an agent that polls for its messages [<results file>.wake]",
  },
  "status-file": {
    parse: (text) => text === NO_STATUS_FILE ? text : parseAbsolute(text),
    allowed: `${ABSOLUTE}, or ${NO_STATUS_FILE}`,
    brief: "Where the sidecar says how it is [.workspace_beat_status.json in the configs folder]",
  },
  "workspaces-dir": {
    parse: (text) => parseAbsolute(text.replace(/\/+$/, "")),
    allowed: ABSOLUTE,
    brief: "The folder of the files of MOLECULE_WORKSPACES, granted as a whole [none]",
  },
  "metrics-file": {
    parse: parseAbsolute,
    allowed: ABSOLUTE,
    brief: "Where metrics are written for node_exporter's textfile collector [none]",
  },
  "otel": {
    isSwitch: true,
    parse: (text) => text === "" ? "on" : undefined,
    allowed: "no value",
    brief: "Export traces and metrics over OpenTelemetry, which needs no grant [no]",
  },
  "target": {
    parse: (text) => TRIPLES.find((triple) => triple === text),
    allowed: `one of ${TRIPLES.join(", ")}`,
    brief: "The system of the image [this one]",
  },
  "output": {
    parse: (text) => text === "" || text.endsWith("/") ? undefined : text,
    allowed: "the path of a file",
    brief: "Where the binary goes [build/workspace-beat]",
  },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof FLAGS;

/** The text that `--help` prints. */
export const HELP: string = [
  "Usage: deno task compile --platform-url URL [--platform-url URL2] [flags]",
  "",
  "Makes the binary for an image, with exactly the grants that these settings need.",
  "",
  ...Object.entries(FLAGS).map(([name, { brief }]) => `  --${name.padEnd(16)}${brief}`),
].join("\n");

/**
 * Reads the arguments of `deno task compile`.
 *
 * @param args The arguments: `--flag value` or `--flag=value`.
 * @returns What to make, with the defaults of what was not given.
 * @throws {InputError} When an argument is unknown or not allowed, or no platform is given.
 */
export function parseOptions(args: readonly string[]): CompileOptions {
  const values = readFlags(args);
  const platformUrls = values.get("platform-url") ?? [];
  if (platformUrls.length === 0) {
    throw usageError(
      `Cannot compile without --platform-url: expected ${FLAGS["platform-url"].allowed}`,
    );
  }
  const one = (name: FlagName): string | undefined => {
    const [value, ...more] = values.get(name) ?? [];
    if (more.length === 0) return value;
    throw usageError(`Cannot use --${name} more than once: only --platform-url may be repeated`);
  };
  const configsDir = one("configs-dir") ?? DEFAULT_CONFIGS_DIR;
  const resultsFile = one("results-file") ?? DEFAULT_RESULTS_FILE;
  const options = {
    platformUrls: [...new Set(platformUrls)],
    resultsFile,
    configsDir,
    configFile: one("config") ?? `${configsDir}/config.yaml`,
    reportFile: one("report-file") ?? defaultReportFile(configsDir),
    agentCardFile: one("agent-card") ?? defaultAgentCardFile(configsDir),
    wakeFile: one("wake-file") ?? defaultWakeFile(resultsFile),
    statusFile: one("status-file") ?? defaultStatusFile(configsDir),
    workspacesDir: one("workspaces-dir"),
    metricsFile: one("metrics-file"),
    otel: one("otel") === undefined ? undefined : true,
    target: one("target"),
    output: programPath(
      one("output") ?? "build/workspace-beat",
      one("target") ?? Deno.build.target,
    ),
  };
  const taken = isWakeFileTaken(options)
    ? `'${options.wakeFile}' from --wake-file`
    : isStatusFileTaken(options)
    ? `'${options.statusFile}' from --status-file`
    : isMetricsFileTaken(options)
    ? `'${options.metricsFile}' from --metrics-file`
    : undefined;
  if (taken !== undefined) {
    throw usageError(`Cannot use ${taken}: it is another of the sidecar's files`);
  }
  return options;
}

/** The values of each flag, read and in their order. */
function readFlags(args: readonly string[]): Map<FlagName, string[]> {
  const values = new Map<FlagName, string[]>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name = "", attached] = arg.match(/^--([^=]*)(?:=(.*))?$/s) ?? [];
    if (!isFlagName(name)) {
      const known = Object.keys(FLAGS).map((flag) => `--${flag}`).join(", ");
      throw usageError(`Unknown argument '${neutralise(arg, 100)}': expected ${known}, --help`);
    }
    const { parse, allowed, isSwitch = false }: Flag = FLAGS[name];
    const text = attached ?? (isSwitch ? "" : rest.shift());
    if (text === undefined) throw usageError(`Missing value of --${name}: expected ${allowed}`);
    const value = parse(text);
    if (value === undefined) throw usageError(refusal(text, name, allowed));
    values.set(name, [...values.get(name) ?? [], value]);
  }
  return values;
}

function refusal(text: string, name: FlagName, allowed: string): string {
  // What stands before the @ of a URL is a password more often than not.
  const shown = neutralise(text.replace(/\/\/[^/]*@/, "//(not shown)@"), 100);
  return `Cannot use '${shown}' from --${name}: expected ${allowed}`;
}

function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name);
}

/** Grants are comma lists of hosts, so a host must be one item and nothing else. */
function parsePlatform(text: string): string | undefined {
  const address = SETTING_DEFINITIONS.platformUrl.parse(text);
  if (address === undefined) return undefined;
  const { hostname } = new URL(address);
  return /^((\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(hostname)
    ? address
    : undefined;
}

/** Grants are comma lists of paths, compared as they are written. */
function parseAbsolute(text: string): string | undefined {
  if (!/^(\/[^/,\p{Cc}]+)+$/u.test(text)) return undefined;
  return text.split("/").some((part) => part === "." || part === "..") ? undefined : text;
}
