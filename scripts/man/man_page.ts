/**
 * The man page: made of the table of subcommands and flags, the table of settings and the exit
 * codes.
 *
 * @module
 */

import {
  allCommands,
  type ListedCommand,
  type ListedFlag,
  PROGRAM,
} from "../../lib/commands/command_table.ts";
import {
  DEFAULT_CONFIGS_DIR,
  DEFAULT_RESULTS_FILE,
  SETTING_DEFINITIONS,
  type SettingDefinition,
} from "../../lib/config/mod.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  inboundSecretFile,
  resultsFiles,
  tokenFile,
} from "../../lib/permissions.ts";

/** What a man page says besides what the tables hold. */
export interface ManPageOptions {
  /** The program's version. */
  readonly version: string;
  /** The day it is of. */
  readonly date: Date;
}

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT_CODE, string>> = {
  fine: "Everything asked for was done.",
  unexpected:
    "Something unexpected, an issued token that could not be saved, or (status, health) " +
    "not healthy.",
  usage: "The command line is wrong.",
  unreachable: "The platform cannot be reached.",
  resultsFile:
    "The results file or the report file cannot be read or written, or another sidecar " +
    "writes the results.",
  tryAgain: "Try again later: the platform is limiting or failing, or another process is at it.",
  notAllowed: "The token is refused, a grant is missing, or the workspace was removed.",
  configuration: "The configuration is wrong.",
};

const RESULTS = resultsFiles(DEFAULT_RESULTS_FILE);

const FILES: readonly (readonly [path: string, meaning: string])[] = [
  [`${DEFAULT_CONFIGS_DIR}/config.yaml`, "Settings; see --config."],
  [tokenFile(DEFAULT_CONFIGS_DIR), "The workspace's token."],
  [inboundSecretFile(DEFAULT_CONFIGS_DIR), "The secret for inbound calls, kept private."],
  [defaultReportFile(DEFAULT_CONFIGS_DIR), "What the agent reports; see --report-file."],
  [defaultStatusFile(DEFAULT_CONFIGS_DIR), "How the sidecar is; see status and --status-file."],
  [defaultAgentCardFile(DEFAULT_CONFIGS_DIR), "What is registered; see --agent-card."],
  [DEFAULT_RESULTS_FILE, "Results for the agent; see --results-file."],
  [RESULTS.journal, "What was delivered, woken for and told."],
  [RESULTS.lock, "Held by the one sidecar that writes the results, which it names."],
  [RESULTS.taken, "What workspace-beat results is handing over."],
  [RESULTS.rejected, "Lines that were no results, set aside by workspace-beat results."],
  [defaultWakeFile(DEFAULT_RESULTS_FILE), "Touched for an agent that polls; see --wake-file."],
];

const PROXY = "A proxy that would carry requests to an http:// platform. See --allow-proxy.";

/** What no setting is read from. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  WORKSPACE_CONFIG_PATH: "The folder of config.yaml. See --config.",
  HOME: "Where .molecule-workspace is, the configs folder where there is no /configs.",
  DOCKER_VERSION: "Says that this is Docker, where the platform's address is another by default.",
  HTTP_PROXY: PROXY,
  http_proxy: PROXY,
  ALL_PROXY: PROXY,
  all_proxy: PROXY,
  NO_PROXY: "The hosts that no proxy is used for.",
  no_proxy: "The same.",
};

/**
 * Writes the man page of the whole command line, for section 1.
 *
 * @param program The command line.
 * @param options Its version and date.
 */
export function manPage(program: ListedCommand, { version, date }: ManPageOptions): string {
  const [shared, ...others] = allCommands(program);
  const day = date.toISOString().slice(0, 10);
  return [
    `.TH ${PROGRAM.toUpperCase()} 1 "${day}" "${PROGRAM} ${version}" "User Commands"`,
    ".SH NAME",
    text(`${PROGRAM} - ${lowerCase(program.brief)}`),
    ".SH SYNOPSIS",
    ...others.map(synopsis).join("\n.br\n").split("\n"),
    ".SH DESCRIPTION",
    text(program.description),
    ".SH OPTIONS",
    ...(shared?.flags ?? []).flatMap(optionLines),
    ".SH COMMANDS",
    ...others.flatMap((command) => commandLines(command, shared?.flags ?? [])),
    ".SH ENVIRONMENT",
    ...environmentLines(),
    ".SH FILES",
    ...FILES.flatMap(([path, meaning]) => [".TP", `.I ${escaped(path)}`, text(meaning)]),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT_MEANINGS).flatMap(([name, meaning]) => [
      ".TP",
      `.B ${Object.entries(EXIT_CODE).find(([key]) => key === name)?.[1]}`,
      text(meaning),
    ]),
    "",
  ].join("\n");
}

function synopsis({ path, words }: ListedCommand): string {
  const word = words === undefined ? "" : ` \\fI${escaped(words.placeholder)}\\fR`;
  const more = words?.isMany ? " ..." : "";
  return `.B ${escaped([PROGRAM, ...path].join(" "))}\n[\\fIoptions\\fR]${word}${more}`;
}

/** A subcommand; flags that the whole program takes in the same sense stand under OPTIONS. */
function commandLines(command: ListedCommand, shared: readonly ListedFlag[]): readonly string[] {
  const own = command.flags.filter(({ brief, name }) =>
    !shared.some((flag) => flag.name === name && flag.brief === brief)
  );
  const { path, words } = command;
  return [
    `.SS ${escaped(path.join(" "))}`,
    text(command.description),
    ...words === undefined
      ? []
      : [".TP", `.I ${escaped(words.placeholder)}`, text(`${words.brief}.`)],
    ...own.flatMap(optionLines),
  ];
}

function optionLines({ brief, name, offered }: ListedFlag): readonly string[] {
  const value = offered === undefined
    ? ""
    : offered === "file" || offered === "folder"
    ? offered
    : "value";
  const flag = `.BR ${escaped(`--${name}`)}`;
  return [
    ".TP",
    value === "" ? flag : `${flag} " \\fI${value}\\fR"`,
    text(`${brief}.`),
  ];
}

function environmentLines(): readonly string[] {
  const settings: readonly SettingDefinition<unknown>[] = Object.values(SETTING_DEFINITIONS);
  const named = settings.flatMap(({ allowed, brief, flag, variables = [] }) =>
    variables.map((variable) => {
      const see = flag === undefined ? "" : ` See --${flag}.`;
      return [variable, `${brief}: ${allowed}.${see}`] as const;
    })
  );
  return [...named, ...Object.entries(OTHER_VARIABLES)].flatMap(([variable, meaning]) => [
    ".TP",
    `.B ${escaped(variable)}`,
    text(meaning),
  ]);
}

/** Text: its lines are short, and none of them looks like a request. */
function text(text: string): string {
  const lines = escaped(text).match(/\S{78,}|\S.{0,76}(?=\s|$)/g) ?? [];
  return lines.map((line) => line.replace(/^(?=[.'])/, "\\&")).join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
}

function lowerCase(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
