import { dirname } from "../path.ts";
import { mayWrite } from "../grants.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { makeAlike } from "../make_alike.ts";
import { regularFileAt } from "../regular_file.ts";
import { removeIfThere } from "../remove_if_there.ts";
import { setMode } from "../set_mode.ts";
import { writeWhole } from "../write_whole.ts";
import { temporaryFile } from "../permissions.ts";

/** The one owner may read and write; nobody else may do anything. */
const PRIVATE = 0o600;
/** The same for a folder that has to be made (contract 4.3). */
const PRIVATE_FOLDER = 0o700;

/**
 * Writes a file that only its owner can read, whole or not at all: readers see the former content
 * or the new one, and nobody else ever sees any of it.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`; and for its
 * folder, where that is to be made.
 *
 * @param path The file.
 * @param text Its new content.
 * @param options `makesFolder`: whether a folder that is not there is made, private too, where it
 * is granted. `like`: the former file, where whoever could read that is to read the new one, too.
 * `isDurable`: whether it is to survive a power failure; it is by default. `isStillDue`: asked right
 * before the file takes its place, when it is on the disk already.
 * @returns Whether it was written: not, when it was not due any more.
 * @throws {Deno.errors.NotCapable} The manifest does not grant the file.
 * @throws {Error} The system cannot write it; the former content is still there.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { isDurable = true, isStillDue, like, makesFolder = true }: {
    readonly isDurable?: boolean;
    readonly makesFolder?: boolean;
    readonly like?: Deno.FileInfo | undefined;
    readonly isStillDue?: () => Promise<boolean>;
  } = {},
): Promise<boolean> {
  if (makesFolder) await makeFolder(path);
  const temporary = temporaryFile(path);
  const bytes = new TextEncoder().encode(text);
  try {
    if (!await makePrivate(temporary, bytes, { like, isDurable }) && like !== undefined) {
      await Deno.remove(temporary);
      await makeAlike(temporary, bytes, like);
    }
    if (await isStillDue?.() === false) {
      await removeIfThere(temporary);
      return false;
    }
    await moveOver(temporary, path, { bytes, mode: like === undefined ? PRIVATE : modeOf(like) });
  } catch (error) {
    await removeIfThere(temporary).catch(() => {}); // the first error is the one to report
    throw error;
  }
  return true;
}

/**
 * Puts a file in another one's place. One that is a mount of its own cannot be replaced: it is written
 * where it is.
 */
async function moveOver(
  temporary: string,
  path: string,
  { bytes, mode }: { readonly bytes: Uint8Array; readonly mode: number },
): Promise<void> {
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    if (!isBusy(error)) throw error;
    await setMode(path, await regularFileAt(path, "write"), mode);
    using file = await Deno.open(path, { write: true });
    await writeWhole(file, bytes);
    await file.truncate(bytes.length);
    await file.sync();
    await Deno.remove(temporary);
  }
}

/** Deno 2.9 has no class for it. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EBUSY";
}

/** More than a token: the disk has to have room for one. */
const PROBED_BYTES = 256;

/**
 * Finds out whether {@linkcode writePrivateFile} can write a file, and leaves what is there as it is:
 * what the platform tells only once must not be asked for before it can be kept.
 *
 * Requires the same.
 *
 * @param path The file.
 * @throws {Error} It could not be written.
 */
export async function probePrivateFile(path: string): Promise<void> {
  await makeFolder(path);
  const there = await lstatIfThere(path);
  if (there?.isDirectory) {
    throw new Deno.errors.IsADirectory(`Cannot write '${path}': it is a folder: remove it`);
  }
  const temporary = temporaryFile(path);
  try {
    await makePrivate(temporary, new Uint8Array(PROBED_BYTES), { isDurable: true });
  } finally {
    await removeIfThere(temporary).catch(() => {}); // whether it could be made is what counts
  }
}

/** Makes the folder of a file where there is none, private too, if it is granted. */
async function makeFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (!mayWrite(folder)) return;
  await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
}

/** Makes a private file, and writes it unless it is to be of another owner or mode. */
async function makePrivate(
  path: string,
  bytes: Uint8Array,
  { isDurable, like }: { readonly isDurable: boolean; readonly like?: Deno.FileInfo | undefined },
): Promise<boolean> {
  if (like === undefined && !isDurable) {
    // One call to another thread, and not three: the status is written with every beat.
    await anew(path, () => Deno.writeFile(path, bytes, NEW));
    return true;
  }
  using file = await anew(path, () => Deno.open(path, { write: true, ...NEW }));
  if (like !== undefined && !isAlike(await file.stat(), like)) return false;
  await writeWhole(file, bytes);
  if (isDurable) await file.sync();
  return true;
}

/**
 * How a private file is made: `createNew` refuses a link that somebody has put in the way, and the mode
 * holds from the first byte on.
 */
const NEW = { createNew: true, mode: PRIVATE } as const;

/** Makes a file that is new; what somebody has left there is removed. */
async function anew<T>(path: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    // To open a link into /proc Deno wants every grant there is, whoever has put it there.
    const { AlreadyExists, NotCapable } = Deno.errors;
    if (!(error instanceof AlreadyExists || error instanceof NotCapable)) throw error;
    await removeIfThere(path);
    return await make();
  }
}

function isAlike(made: Deno.FileInfo, like: Deno.FileInfo): boolean {
  return made.uid === like.uid && made.gid === like.gid && modeOf(made) === modeOf(like);
}

function modeOf({ mode }: Deno.FileInfo): number {
  return (mode ?? PRIVATE) & 0o777;
}
