import { lstatIfThere } from "./lstat_if_there.ts";

/**
 * Looks at what is at a path before it is opened: opening a link may make its target, and opening a
 * pipe waits for its other end.
 *
 * Requires `--allow-read` for the file.
 *
 * @param path The path.
 * @param attempt What is to be done with it, as the message says it: "append to".
 * @returns What is there; undefined when nothing is.
 * @throws {TypeError} It is a link, a folder or anything else but a regular file.
 * @throws {Error} It cannot be looked at.
 */
export async function regularFileAt(
  path: string,
  attempt: string,
): Promise<Deno.FileInfo | undefined> {
  const there = await lstatIfThere(path);
  if (there === undefined || there.isFile) return there;
  const what = there.isSymlink ? "a symbolic link" : "no regular file";
  throw new TypeError(
    `Cannot ${attempt} '${path}': it is ${what}: expected a regular file: remove it, and it is ` +
      "made anew",
  );
}

/** The owner may read and write; nobody else may do anything. */
const PRIVATE = 0o600;

/**
 * Opens a regular file, or makes a private one where there is none. One that is there is not asked
 * to be made: in a sticky folder Linux refuses that for another user's file, even to root
 * (fs.protected_regular).
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 *
 * @param path The path.
 * @param attempt What is to be done with it, as a message says it.
 * @param options How to open it.
 * @throws {TypeError} What is there is no regular file.
 * @throws {Error} It can be neither opened nor made.
 */
export async function openOrMake(
  path: string,
  attempt: string,
  options: { readonly read?: boolean; readonly write?: boolean; readonly append?: boolean },
): Promise<Deno.FsFile> {
  const isThere = await regularFileAt(path, attempt) !== undefined;
  return await Deno.open(path, isThere ? options : { ...options, create: true, mode: PRIVATE });
}

/** What tells a file from others, whatever it is called. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

/**
 * Whether a path leads to the file that was opened, and to nothing that has taken its place.
 *
 * Requires `--allow-read` for the file.
 *
 * @param path The path.
 * @param file What was opened, or what is known of that.
 * @param attempt What is to be done with it, as a message says it.
 * @throws {TypeError} It leads to no regular file.
 */
export async function leadsTo(
  path: string,
  file: Pick<Deno.FsFile, "stat"> | FileIdentity,
  attempt: string,
): Promise<boolean> {
  const there = await regularFileAt(path, attempt);
  const { ino, dev } = "stat" in file ? await file.stat() : file;
  return there !== undefined && there.ino === ino && there.dev === dev;
}
