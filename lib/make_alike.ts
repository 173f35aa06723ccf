import { writeWhole } from "./write_whole.ts";

/**
 * Makes a file that belongs to the one whom another file belongs to, as far as this user may, and
 * that the same people may read and write. It works on the opened file alone: whatever somebody puts
 * in its place meanwhile, a link to somebody's secrets say, stays as it is.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 *
 * @param path The file; there may be none yet.
 * @param bytes Its content.
 * @param like The other file.
 * @throws {Error} There is one already, or the system cannot write it.
 */
export async function makeAlike(
  path: string,
  bytes: Uint8Array,
  { gid, mode, uid }: Pick<Deno.FileInfo, "gid" | "mode" | "uid">,
): Promise<void> {
  // Deno's own can do that only by the path, and follows links. Imported here since it costs memory,
  // and is seldom needed.
  const { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, writeSync } = await import(
    "node:fs"
  );
  const file = openSync(path, "wx", 0o600);
  try {
    if (uid !== null && gid !== null) {
      try {
        fchownSync(file, uid, gid); // only root gives a file away
      } catch {
        // It stays this user's.
      }
    }
    if (mode !== null) fchmodSync(file, mode & 0o777);
    await writeWhole({ write: (part) => Promise.resolve(writeSync(file, part)) }, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
