import { tokenFile } from "../../lib/permissions.ts";
import { BenchPlatform } from "./bench_platform.ts";
import type { Role } from "./contender.ts";

/** Where contenders run: a folder and a workspace for each of their roles. */
export class Workplace {
  /** The folder that holds all others. */
  readonly folder: string;
  /** The platform that all of them talk to. */
  readonly platformUrl: string;

  /**
   * @param folder The folder; it has to be there.
   * @param platformUrl The platform.
   */
  constructor(folder: string, platformUrl: string) {
    this.folder = folder;
    this.platformUrl = platformUrl;
  }

  /**
   * Makes a place for a role: a workspace, and a folder with its token.
   *
   * Requires `--allow-write` for the folder.
   *
   * @param workspaceId The workspace, whose name is the folder's, too.
   */
  async place(workspaceId: string): Promise<Pick<Role, "workspaceId" | "folder">> {
    const folder = `${this.folder}/${workspaceId}`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(tokenFile(folder), BenchPlatform.token(workspaceId), { mode: 0o600 });
    return { workspaceId, folder };
  }
}
