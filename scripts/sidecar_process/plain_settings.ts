import type { Setting, Settings } from "../../lib/config/mod.ts";

/** What {@linkcode plainSettings} are for. */
export interface PlainSettingsOptions {
  readonly platformUrl: string;
  readonly workspaceId: string;
  /** The folder for configs and results. */
  readonly dir: string;
  /**
   * Seconds between beats; no range holds here.
   *
   * @default {30}
   */
  readonly intervalSeconds?: number;
  readonly token?: string;
  readonly orgId?: string;
}

/**
 * The default settings for one folder, for a `Sidecar` that is made without a command line.
 *
 * @param options What they are for.
 */
export function plainSettings(options: PlainSettingsOptions): Settings {
  const { dir, intervalSeconds = 30, orgId, platformUrl, token, workspaceId } = options;
  return {
    workspaceId: from(workspaceId),
    platformUrl: from(platformUrl),
    intervalSeconds: from(intervalSeconds),
    resultsFile: from(`${dir}/results.jsonl`),
    resultsMode: from(0o600),
    resultsMaxBytes: from(64 * 1024 * 1024),
    replayMaxAgeSeconds: from(24 * 3600),
    configsDir: from(dir),
    configFile: from(`${dir}/config.yaml`),
    logLevel: from("info"),
    logFormat: from("text"),
    notify: from("all"),
    sendsOrigin: from(true),
    allowsProxy: from(false),
    environmentToken: from(token),
    orgId: from(orgId),
  };
}

function from<T>(value: T): Setting<T> {
  return { value, origin: "default" };
}
