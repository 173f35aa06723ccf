/**
 * Disks that are really full, folders that really refuse, and files that really cannot be replaced:
 * they need rights that not every machine gives, and tests are ignored where it does not.
 *
 * @module
 */

import { makeTempDir } from "./temp_dir.ts";

const DISK_BYTES = 64 * 1024;
const PAGE_BYTES = 4096;

/** A folder that cannot be written to. */
export interface BrokenFolder extends AsyncDisposable {
  /** Its absolute path. */
  readonly path: string;
  /** Ends what keeps it from being written to. */
  mend(): Promise<void>;
}

/** A small disk of the test's own. */
export interface SmallDisk extends BrokenFolder {
  /**
   * Fills the disk; what is on it can only grow within its last page of 4 KiB.
   *
   * @param options How many pages are left free; none by default.
   */
  fill(options?: { readonly leavePages?: number }): Promise<void>;
}

/**
 * Mounts a small disk. Requires a user who may mount.
 *
 * @param options How many bytes it has; 64 KiB by default.
 */
export async function mountSmallDisk(
  { bytes = DISK_BYTES }: { readonly bytes?: number } = {},
): Promise<SmallDisk> {
  const dir = await makeTempDir();
  const filler = `${dir.path}/filler`;
  const options = ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", dir.path];
  if (!await succeeds("mount", options)) {
    await dir[Symbol.asyncDispose]();
    throw new Error("Cannot mount a small disk");
  }
  return {
    path: dir.path,
    async fill({ leavePages = 0 } = {}) {
      using file = await Deno.create(filler);
      const page = new Uint8Array(PAGE_BYTES);
      try {
        while (await file.write(page) > 0);
      } catch {
        // Full.
      }
      const { size } = await file.stat();
      await file.truncate(Math.max(0, size - leavePages * PAGE_BYTES));
    },
    async mend() {
      await Deno.remove(filler);
    },
    async [Symbol.asyncDispose]() {
      await succeeds("umount", [dir.path]);
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A file that is a mount of its own, as a container's engine makes one: nothing can replace it. */
export interface MountedFile extends AsyncDisposable {
  /** Its absolute path. */
  readonly path: string;
  /** The same file, where it was before it was mounted. */
  readonly source: string;
}

/**
 * Mounts a file that holds a text. Requires a user who may mount.
 *
 * @param text What it holds.
 */
export async function mountFile(text = ""): Promise<MountedFile> {
  const dir = await makeTempDir();
  const source = `${dir.path}/source`;
  const path = `${dir.path}/folder/file`;
  await Deno.mkdir(`${dir.path}/folder`);
  await Deno.writeTextFile(path, "");
  await Deno.writeTextFile(source, text);
  if (!await succeeds("mount", ["--bind", source, path])) {
    await dir[Symbol.asyncDispose]();
    throw new Error("Cannot mount a file");
  }
  return {
    path,
    source,
    async [Symbol.asyncDispose]() {
      await succeeds("umount", [path]);
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Makes a folder in which nothing can be made. Requires root, or a user who is bound by modes. */
export async function makeReadOnlyFolder(): Promise<BrokenFolder> {
  const dir = await makeTempDir();
  // Modes do not bind root; the attribute does, where there is one.
  await succeeds("chattr", ["+i", dir.path]) || await succeeds("chmod", ["a-w", dir.path]);
  const folder = {
    path: dir.path,
    async mend() {
      await succeeds("chattr", ["-i", dir.path]);
      await succeeds("chmod", ["u+w", dir.path]);
    },
    async [Symbol.asyncDispose]() {
      await folder.mend();
      await dir[Symbol.asyncDispose]();
    },
  };
  if (await refuses(dir.path)) return folder;
  await folder[Symbol.asyncDispose]();
  throw new Error("Cannot make a read-only folder");
}

/** Why a test that needs such a thing is ignored here; undefined where it can be had. */
export async function whyNot(make: () => Promise<AsyncDisposable>): Promise<string | undefined> {
  try {
    const made = await make();
    await made[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function refuses(folder: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(`${folder}/probe`, "");
    return false;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
