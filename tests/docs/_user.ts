import {
  defaultReportFile,
  defaultWorkspacesDir,
  grantFlags,
  leastGrants,
} from "../../lib/permissions.ts";
import {
  type AddWorkspaceOptions,
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { denoEnvironment } from "../../scripts/sidecar_process/mod.ts";
import { makeTempDir, SidecarProcess } from "../support/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Where a person is who follows the docs: a platform, a workspace, and both programs on the PATH. */
export interface User extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** The configs folder, which holds the results file, too. */
  readonly dir: string;
  /** The results file. */
  readonly resultsFile: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Starts a shell in the repository.
   *
   * @param script What it runs. Paths of the default settings become those of this user.
   */
  start(script: string): SidecarProcess;
  /**
   * Runs a shell to its end.
   *
   * @param script What it runs, as for {@linkcode User.start}.
   */
  run(script: string): Promise<{ code: number; stdout: string[]; stderr: string[] }>;
}

/**
 * Makes a user, with `workspace-beat` as a binary that was built for the paths in his environment.
 *
 * @param options What the workspace is like.
 */
export async function startUser(options: AddWorkspaceOptions = {}): Promise<User> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform());
  const { path: dir } = made.use(await makeTempDir());
  const workspace = platform.addWorkspace(options);
  const resultsFile = `${dir}/results.jsonl`;
  await Deno.mkdir(`${dir}/bin`);
  await Deno.symlink(Deno.execPath(), `${dir}/bin/deno`);
  const grants = grantFlags(leastGrants({
    platformUrls: [platform.url],
    resultsFile,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: defaultReportFile(dir),
    workspacesDir: defaultWorkspacesDir(dir),
  }));
  const program = `exec deno run --no-prompt ${grants.join(" ")} ${ROOT}main.ts "$@"`;
  await Deno.writeTextFile(`${dir}/bin/workspace-beat`, `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  const environment = denoEnvironment();
  const env = {
    ...environment,
    PATH: `${dir}/bin:${environment["PATH"]}`,
    CONFIGS_DIR: dir,
    WORKSPACE_CONFIG_PATH: dir,
    DELEGATION_RESULTS_FILE: resultsFile,
    PLATFORM_URL: platform.url,
    WORKSPACE_ID: workspace.id,
    MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "",
  };
  const start = (script: string) =>
    new SidecarProcess(
      new Deno.Command("sh", {
        args: [
          "-c",
          script.replaceAll("/tmp/delegation_results.jsonl", resultsFile)
            .replaceAll("/configs", dir),
        ],
        cwd: ROOT,
        clearEnv: true,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  const kept = made.move();
  return {
    ...{ platform, workspace, dir, resultsFile, env, start },
    async run(script) {
      await using process = start(script);
      const code = await process.ended();
      const { stderr, stdout } = process;
      return { code, stdout, stderr };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
