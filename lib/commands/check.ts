import { buildCommand, type Command } from "@stricli/core";
import { PromptTokens } from "../auth/mod.ts";
import { systemClock } from "../clock.ts";
import {
  type Build,
  type ResolvedSettings,
  resolveSettings,
  type Setting,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type Settings,
  SWITCHES,
} from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { createLog, Secrets } from "../log/mod.ts";
import { Pace } from "../pace.ts";
import { pacedSender } from "../platform/mod.ts";
import { tooManyBeats } from "../sharing.ts";
import { sidecarOptions } from "../sidecar_options.ts";
import { authorizedSender, learnSavedSecret, plainSender, tokenStore } from "../sidecar_parts.ts";
import { neutralise } from "../text.ts";
import { Turns } from "../turns.ts";
import { makeWorkspaceFolder } from "../workspaces.ts";
import {
  checkConfig,
  checkGrants,
  checkPlatform,
  checkProxy,
  checkToken,
  checkTokenFile,
  type Finding,
  skipped,
  warning,
} from "./checks.ts";
import type { CommandContext } from "./context.ts";
import { flagValues, SETTING_FLAGS, type SettingFlags, switchFlag } from "./flags.ts";
import { checkMetricsFile } from "./metrics_file_check.ts";
import { checkPresence, checkRegistration } from "./presence_checks.ts";
import { checkReport } from "./report_check.ts";
import { lackingGrants, proxyRefusal, type Refusal } from "./required_grants.ts";
import { checkResults } from "./results_checks.ts";
import { checkStatusFile } from "./status_file_check.ts";
import { checkWakeFile } from "./wake_file_check.ts";

type CheckFlags = SettingFlags & { readonly json: boolean };

/** `workspace-beat check`: shows the settings in force, and tests everything they need. */
export const check: Command<CommandContext> = buildCommand<CheckFlags, [], CommandContext>({
  docs: {
    brief: "Show the settings and test everything they need",
    fullDescription:
      "Prints each setting with its origin, then tests config.yaml, grants, proxy, " +
      "metrics file, token file, results file with its journal and folder, what would be " +
      "registered, platform, workspace and token, a line each. It sends no beat.",
  },
  parameters: {
    flags: { ...SETTING_FLAGS, json: switchFlag("Print one JSON object, for machines") },
  },
  async func(flags) {
    const resolved = await resolveSettings(flagValues(flags), this.build);
    const { workspaces } = resolved;
    const secrets = new Secrets({ workspaces: workspaces.length });
    for (const { configsDir } of workspaces) await learnSavedSecret(configsDir.value, secrets);
    const findings = await findAll(resolved, { build: this.build, secrets });
    const failed = findings.find(({ status }) => status === "failed");
    this.exitCode = failed?.exitCode ?? EXIT_CODE.fine;
    const settings = shownSettings(workspaces);
    const text = flags.json
      ? asJson(settings, findings, this.exitCode)
      : asText(settings, findings);
    this.process.stdout.write(secrets.mask(text)); // an answer may quote the token
  },
});

async function findAll(
  resolved: ResolvedSettings,
  { build, secrets }: { build: Build | undefined; secrets: Secrets },
): Promise<readonly Finding[]> {
  const { workspaces } = resolved;
  const [first] = workspaces;
  const proxied = workspaces.map(proxyRefusal).find((refusal) => refusal !== undefined);
  const findings = [
    checkConfig(resolved),
    checkGrants(lackingGrants(workspaces, build), build),
    checkProxy(proxied),
  ];
  const asking: Asking = {
    proxied,
    secrets,
    platforms: new Map(),
    silent: new Set(),
    pace: workspaces.length > FEW ? new Pace(REQUESTS_A_SECOND, systemClock) : undefined,
  };
  const turns = new Turns(AT_ONCE);
  const isOne = first.workspaces.value === undefined;
  const ofAll = await Promise.all(workspaces.map(async (settings) => {
    const found = await turns.take(() => findOfWorkspace(settings, asking));
    const workspace = settings.workspaceId.value;
    return isOne ? found : found.map((finding) => ({ ...finding, workspace }));
  }));
  const metrics = await checkMetricsFile(first);
  const ofProcess = [...tooMany(workspaces), ...metrics === undefined ? [] : [metrics]];
  return [...findings, ...ofProcess, ...ofAll.flat()];
}

/** More workspaces than this are asked for slowly: a sidecar may be beating for them meanwhile. */
const FEW = 10;
const REQUESTS_A_SECOND = 2;
const AT_ONCE = 4;

/** What the tests of several workspaces share. */
interface Asking {
  readonly proxied: Refusal | undefined;
  readonly secrets: Secrets;
  /** What was found of each platform, which is asked once. */
  readonly platforms: Map<string, Promise<Finding>>;
  /** Platforms that did not answer, and are asked no more. */
  readonly silent: Set<string>;
  readonly pace: Pace | undefined;
}

function tooMany(workspaces: readonly [Settings, ...Settings[]]): Finding[] {
  const advice = tooManyBeats(workspaces.length, workspaces[0].intervalSeconds.value);
  return advice === undefined ? [] : [warning("beats", advice, "or beat less often")];
}

/** What is found for one workspace. */
async function findOfWorkspace(
  settings: Settings,
  { pace, platforms, proxied, secrets, silent }: Asking,
): Promise<readonly Finding[]> {
  const options = sidecarOptions(settings);
  if (settings.workspaces.value !== undefined) {
    // A run makes it, too. What is in its way is what the findings about its files say.
    await makeWorkspaceFolder(settings.configsDir.value).catch(() => {});
  }
  // What the parts would log is what the findings say.
  const { log } = createLog({ level: "error", format: settings.logFormat.value, secrets });
  const tokens = tokenStore(options, { secrets, log });
  const hasToken = await tokens.current() !== undefined;
  const registration = await checkRegistration(settings, options, hasToken);
  const local = [
    await checkTokenFile(settings),
    ...await checkResults(settings),
    await checkReport(settings),
    await checkWakeFile(settings),
    await checkStatusFile(settings),
    ...registration === undefined ? [] : [registration],
  ];
  const unasked = (why: string) => [skipped("workspace", why), skipped("token", why)];
  if (proxied !== undefined) {
    const why = "nothing is sent through the proxy";
    return [...local, skipped("platform", why), ...unasked(why)];
  }
  const url = settings.platformUrl.value;
  const asked = platforms.get(url) ?? checkPlatform(plainSender(options), url);
  platforms.set(url, asked);
  const platform = await asked;
  if (platform.exitCode === EXIT_CODE.unreachable || silent.has(url)) {
    return [...local, platform, ...unasked("the platform cannot be asked")];
  }
  const authorized = authorizedSender(options, new PromptTokens(tokens, { log }));
  const sender = pace === undefined
    ? authorized
    : pacedSender(authorized, (requests, signal) => pace.turn(requests, signal));
  const presence = await checkPresence(sender, options, hasToken);
  if (presence.exitCode === EXIT_CODE.unreachable) silent.add(url);
  const willGetToken = options.registerMode !== "off" && !hasToken;
  const token = willGetToken
    ? skipped("token", "there is none yet: registering the workspace gets one")
    : await checkToken(sender, options.workspaceId);
  return [...local, platform, presence, token];
}

/** A setting as it is shown. */
interface ShownSetting {
  readonly name: string;
  /** Its value; one for each workspace, where they differ. */
  readonly value: ShownValue | readonly ShownValue[];
  /** Where it comes from; one for each workspace, where they differ. */
  readonly origin: string | readonly string[];
}

type ShownValue = string | number | boolean | null;

function shownSettings(workspaces: readonly [Settings, ...Settings[]]): ShownSetting[] {
  const definitions: Readonly<Record<string, SettingDefinition<unknown>>> = SETTING_DEFINITIONS;
  const switches: Readonly<Record<string, { readonly flag: string }>> = SWITCHES;
  const all: readonly Readonly<Record<string, Setting<unknown>>>[] = workspaces;
  return [...Object.keys(definitions), ...Object.keys(switches)].map((key) => {
    const definition = definitions[key];
    const name = definition?.flag ?? definition?.variables?.[0] ?? switches[key]?.flag ?? key;
    const origins = all.map((settings) => settings[key]?.origin ?? "");
    const values = all.map((settings) => shownValue(settings[key]?.value, definition));
    return { name, value: sharedOr(values, null), origin: sharedOr(origins, "") };
  });
}

/** What is the same for all, or what each has. */
function sharedOr<T>(all: readonly T[], none: T): T | readonly T[] {
  const [first = none] = all;
  return all.every((one) => one === first) ? first : all;
}

function shownValue(
  value: unknown,
  definition: SettingDefinition<unknown> | undefined,
): ShownValue {
  if (value === undefined) return null;
  if (definition?.show !== undefined) return definition.show(value);
  if (definition?.secret) return "(set, not shown)";
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

function asJson(
  settings: readonly ShownSetting[],
  findings: readonly Finding[],
  exitCode: number,
): string {
  const shown = Object.fromEntries(
    settings.map(({ name, value, origin }) => [name, { value, origin }]),
  );
  const checks = findings.map(({ name, status, message, remedy, workspace }) => ({
    ...(workspace !== undefined && { workspace }),
    name,
    status,
    message,
    remedy,
  }));
  return `${JSON.stringify({ settings: shown, checks, exitCode }, null, 2)}\n`;
}

function asText(settings: readonly ShownSetting[], findings: readonly Finding[]): string {
  const width = Math.max(...settings.map(({ name }) => name.length));
  const lines = [
    "Settings",
    ...settings.map(({ name, value, origin }) =>
      `  ${name.padEnd(width)}  ${onOneLine(valueText(value))}  [${valueText(origin)}]`
    ),
    "",
    "Checks",
    ...findings.map(({ name, status, message, remedy, workspace }) => {
      const whose = workspace === undefined ? "" : `[${workspace}] `;
      const next = remedy === "" ? "" : ` -> ${remedy}`;
      return `  ${status.padEnd(7)}  ${onOneLine(`${whose}${name}: ${message}${next}`)}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

/** A text may come from an agent card, or from the environment. */
function onOneLine(text: string): string {
  return neutralise(text, Infinity);
}

/** Of values that differ, the first few different ones. */
function valueText(value: ShownValue | readonly ShownValue[]): string {
  if (!isList(value)) return String(value ?? "(none)");
  const different = [...new Set(value.map((one) => String(one ?? "(none)")))];
  const more = different.length - MOST_SHOWN;
  const shown = different.slice(0, MOST_SHOWN).join(", ");
  return more > 0 ? `${shown} (and ${more} more)` : shown;
}

/** How many different values are shown on a line. */
const MOST_SHOWN = 3;

function isList(value: ShownValue | readonly ShownValue[]): value is readonly ShownValue[] {
  return Array.isArray(value);
}
