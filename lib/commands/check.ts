import { buildCommand, type Command } from "@stricli/core";
import {
  type Build,
  type ResolvedSettings,
  resolveSettings,
  type Setting,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type Settings,
} from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { createLog, Secrets } from "../log/mod.ts";
import { authorizedSender, learnSavedSecret, plainSender } from "../sidecar.ts";
import { sidecarOptions } from "../sidecar_options.ts";
import {
  checkConfig,
  checkGrants,
  checkPlatform,
  checkProxy,
  checkToken,
  checkTokenFile,
  type Finding,
  skipped,
} from "./checks.ts";
import type { CommandContext } from "./context.ts";
import { checkReport } from "./report_check.ts";
import { checkResults } from "./results_checks.ts";
import { flagValues, SETTING_FLAGS, type SettingFlags, switchFlag } from "./flags.ts";
import { lackingGrants, proxyRefusal } from "./required_grants.ts";

type CheckFlags = SettingFlags & { readonly json: boolean };

/** `workspace-beat check`: shows the settings in force, and tests everything they need. */
export const check: Command<CommandContext> = buildCommand<CheckFlags, [], CommandContext>({
  docs: {
    brief: "Show the settings and test everything they need",
    fullDescription:
      "Prints each setting with its origin, then tests config.yaml, grants, proxy, " +
      "token file, results file with its journal and folder, platform and token, a line each. It " +
      "sends no beat.",
  },
  parameters: {
    flags: { ...SETTING_FLAGS, json: switchFlag("Print one JSON object, for machines") },
  },
  async func(flags) {
    const resolved = await resolveSettings(flagValues(flags), this.build);
    const secrets = new Secrets();
    await learnSavedSecret(resolved.settings.configsDir.value, secrets);
    const findings = await findAll(resolved, { build: this.build, secrets });
    const failed = findings.find(({ status }) => status === "failed");
    this.exitCode = failed?.exitCode ?? EXIT_CODE.fine;
    const settings = shownSettings(resolved.settings);
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
  const { settings } = resolved;
  const options = sidecarOptions(settings);
  // What the parts would log is what the findings say.
  const { log } = createLog({ level: "error", format: settings.logFormat.value, secrets });
  const lacking = lackingGrants(settings, build);
  const proxied = proxyRefusal(settings);
  const local = [
    checkConfig(resolved),
    checkGrants(lacking, build),
    checkProxy(proxied),
    await checkTokenFile(settings),
    ...await checkResults(settings),
    await checkReport(settings),
  ];
  if (proxied !== undefined) {
    const why = "nothing is sent through the proxy";
    return [...local, skipped("platform", why), skipped("token", why)];
  }
  const platform = await checkPlatform(plainSender(options), settings.platformUrl.value);
  if (platform.exitCode === EXIT_CODE.unreachable) {
    return [...local, platform, skipped("token", "the platform cannot be asked")];
  }
  const sender = authorizedSender(options, { secrets, log });
  return [...local, platform, await checkToken(sender, settings.workspaceId.value)];
}

/** A setting as it is shown. */
interface ShownSetting {
  readonly name: string;
  readonly value: string | number | boolean | null;
  readonly origin: string;
}

function shownSettings(settings: Settings): ShownSetting[] {
  const definitions: Readonly<Record<string, SettingDefinition<unknown>>> = SETTING_DEFINITIONS;
  return Object.entries(settings).map(([key, setting]) => {
    const definition = definitions[key];
    const name = definition?.flag ?? definition?.variables?.[0] ?? "allow-proxy";
    return { name, value: shownValue(setting, definition), origin: setting.origin };
  });
}

function shownValue(
  { value }: Setting<string | number | boolean | undefined>,
  definition: SettingDefinition<unknown> | undefined,
): string | number | boolean | null {
  if (value === undefined) return null;
  if (definition?.secret) return "(set, not shown)";
  return definition?.show?.(value) ?? value;
}

function asJson(
  settings: readonly ShownSetting[],
  findings: readonly Finding[],
  exitCode: number,
): string {
  const shown = Object.fromEntries(
    settings.map(({ name, value, origin }) => [name, { value, origin }]),
  );
  const checks = findings.map(({ name, status, message, remedy }) => ({
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
      `  ${name.padEnd(width)}  ${value ?? "(none)"}  [${origin}]`
    ),
    "",
    "Checks",
    ...findings.map(({ name, status, message, remedy }) =>
      `  ${status.padEnd(7)}  ${name}: ${message}${remedy === "" ? "" : ` -> ${remedy}`}`
    ),
  ];
  return `${lines.join("\n")}\n`;
}
