import { grantFlags, workspacesGrants } from "../../lib/permissions.ts";
import {
  type DevPlatform,
  type DevPlatformOptions,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import {
  makeTempDir,
  type SidecarProcess,
  type SidecarProcessOptions,
  startSidecar,
} from "../support/mod.ts";

/** An entry of MOLECULE_WORKSPACES. */
export interface Entry {
  readonly id: string;
  readonly token?: string | undefined;
  readonly platform_url?: string;
}

/** How the process is started. */
export interface SeveralOptions extends SidecarProcessOptions {
  /** Entries that differ from what is so: their ids say whose they replace. */
  readonly entries?: readonly Entry[];
  /** Other platforms to grant. */
  readonly platformUrls?: readonly string[];
  /** Another folder for all than the session's. */
  readonly workspacesDir?: string;
}

/** A platform with three workspaces, and a folder for their files. */
export interface SeveralSession extends AsyncDisposable {
  readonly platform: DevPlatform;
  /** Their ids are "scribe", "critic" and "editor". */
  readonly scribe: DevWorkspace;
  readonly critic: DevWorkspace;
  readonly editor: DevWorkspace;
  readonly all: readonly DevWorkspace[];
  /** The folder of the workspaces folder and config.yaml. */
  readonly dir: string;
  /** The folder that holds one for each workspace. */
  readonly workspacesDir: string;
  /** Starts one process for all of them, under the manifest for that. */
  start(options?: SeveralOptions): SidecarProcess;
  /** What a file of a workspace holds; undefined when it is not there. */
  read(workspace: DevWorkspace, name: string): Promise<string | undefined>;
}

const IDS = ["scribe", "critic", "editor"] as const;

/** Makes a session. */
export async function startSeveral(options: DevPlatformOptions = {}): Promise<SeveralSession> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform(options));
  const { path: dir } = made.use(await makeTempDir());
  const workspacesDir = `${dir}/workspaces`;
  const [scribe, critic, editor] = IDS.map((id) => platform.addWorkspace({ id }));
  if (scribe === undefined || critic === undefined || editor === undefined) {
    throw new Error("Not all workspaces were made");
  }
  const all = [scribe, critic, editor];
  const kept = made.move();
  return {
    platform,
    scribe,
    critic,
    editor,
    all,
    dir,
    workspacesDir,
    start(options = {}) {
      const { args = [], entries = [], env, platformUrls = [], ...more } = options;
      const { workspacesDir: folder = workspacesDir, ...others } = more;
      const configFile = `${dir}/config.yaml`;
      const list = all.map(({ id, token }) =>
        entries.find((entry) => entry.id === id) ?? { id, token }
      );
      return startSidecar({
        grants: grantFlags(workspacesGrants({
          platformUrls: [platform.url, ...platformUrls],
          workspacesDir: folder,
          configFile,
        })),
        platformUrl: platform.url,
        args: ["--workspaces-dir", folder, "--config", configFile, ...args],
        env: { MOLECULE_WORKSPACES: JSON.stringify(list), ...env },
        ...others,
      });
    },
    read: ({ id }, name) =>
      Deno.readTextFile(`${workspacesDir}/${id}/${name}`).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Waits until a workspace's beats were accepted so often. */
export async function accepted(
  platform: DevPlatform,
  { id }: DevWorkspace,
  count: number,
): Promise<void> {
  await platform.waitFor(
    ({ route, status, workspaceId }) =>
      route === "heartbeat" && status === 200 && workspaceId === id,
    { count },
  );
}
