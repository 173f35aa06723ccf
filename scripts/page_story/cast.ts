import { type DevPlatform, type DevWorkspace, startDevPlatform } from "../dev_platform/mod.ts";
import { type SidecarProcess, startSidecar } from "../sidecar_process/mod.ts";

/** The workspaces of the story. */
export const NAMES = ["Scribe", "Digger", "Night watch"] as const;

/** What would be an element if it were not text, and would not fit if it were not broken. */
export const FOREIGN_WORDS = `<b>${"x".repeat(100)}</b>`;

/** Somebody in the story: a workspace, and the real sidecar that keeps it alive. */
export interface Actor {
  readonly workspace: DevWorkspace;
  readonly sidecar: SidecarProcess;
  /** Where the sidecar looks for its token. */
  readonly tokenFile: string;
}

/** A platform, and all who are on it. */
export interface Cast extends AsyncDisposable {
  readonly platform: DevPlatform;
  /** Starts the sidecar of a workspace, which is there from the beginning. */
  start(name: typeof NAMES[number]): Promise<Actor>;
}

/**
 * Starts the platform with its workspaces.
 *
 * @param dir An empty folder.
 */
export async function gather(dir: string): Promise<Cast> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform());
  const workspaces = new Map(NAMES.map((name) => [name, platform.addWorkspace({ name })]));
  const kept = made.move();
  return {
    platform,
    async start(name) {
      const workspace = workspaces.get(name) ?? platform.addWorkspace({ name });
      const own = `${dir}/${workspace.id}`;
      const tokenFile = `${own}/.auth_token`;
      await Deno.mkdir(own);
      await Deno.writeTextFile(tokenFile, `${workspace.token}`, { mode: 0o600 });
      const sidecar = kept.use(startSidecar({
        platformUrl: platform.url,
        workspaceId: workspace.id,
        dir: own,
        args: ["--interval", "5"],
      }));
      return { workspace, sidecar, tokenFile };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
