import { grantFlags, type GrantSettings, leastGrants } from "../../lib/permissions.ts";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import type { DevPlatformOptions } from "../../scripts/dev_platform/mod.ts";
import {
  makeTempDir,
  type SidecarProcess,
  type SidecarProcessOptions,
  startSidecar,
} from "../support/mod.ts";

/** A platform with a workspace, whose token is in a folder of its own. */
export interface Session extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** The folder of the results file, the token file and config.yaml. */
  readonly dir: string;
  readonly token: string;
  /**
   * The flags of the least grants for all of them.
   *
   * @param more What else is granted for.
   */
  grants(more?: Partial<GrantSettings>): string[];
  /** Starts the sidecar for all of them. */
  start(options?: SidecarProcessOptions): SidecarProcess;
  /** Replaces the token in its file. */
  writeToken(token: string): Promise<void>;
  /** Writes config.yaml. */
  writeConfig(text: string): Promise<void>;
  /** The lines of the results file; none when it is not there. */
  results(): Promise<string[]>;
}

/** Makes a session. */
export async function startSession(options: DevPlatformOptions = {}): Promise<Session> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform(options));
  const { path: dir } = made.use(await makeTempDir());
  const workspace = platform.addWorkspace();
  const { token = "" } = workspace;
  const writeToken = (token: string) =>
    Deno.writeTextFile(`${dir}/.auth_token`, token, { mode: 0o600 });
  await writeToken(token);
  const kept = made.move();
  return {
    platform,
    workspace,
    dir,
    token,
    grants: (more) =>
      grantFlags(leastGrants({
        platformUrls: [platform.url],
        resultsFile: `${dir}/results.jsonl`,
        configsDir: dir,
        configFile: `${dir}/config.yaml`,
        reportFile: `${dir}/.runtime_report.json`,
        ...more,
      })),
    start: (options) =>
      startSidecar({ platformUrl: platform.url, workspaceId: workspace.id, dir, ...options }),
    writeToken,
    writeConfig: (text) => Deno.writeTextFile(`${dir}/config.yaml`, text),
    async results() {
      const text = await Deno.readTextFile(`${dir}/results.jsonl`).catch(() => "");
      return text.split("\n").filter(Boolean);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
