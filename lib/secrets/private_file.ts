import { dirname } from "@std/path/dirname";
import { mayWrite } from "../grants.ts";
import { makeAlike } from "../make_alike.ts";
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
 * @throws {Deno.errors.NotCapable} The manifest does not grant the file.
 * @throws {Error} The system cannot write it; the former content is still there.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { makesFolder = true, like }: {
    readonly makesFolder?: boolean;
    readonly like?: Deno.FileInfo | undefined;
  } = {},
): Promise<void> {
  const folder = dirname(path);
  if (makesFolder && mayWrite(folder)) {
    await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  }
  const temporary = temporaryFile(path);
  await removeIfThere(temporary);
  const bytes = new TextEncoder().encode(text);
  try {
    if (!await makePrivate(temporary, bytes, like) && like !== undefined) {
      await Deno.remove(temporary);
      await makeAlike(temporary, bytes, like);
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary).catch(() => {}); // the first error is the one to report
    throw error;
  }
}

/** Makes a private file, and writes it unless it is to be of another owner or mode. */
async function makePrivate(
  path: string,
  bytes: Uint8Array,
  like: Deno.FileInfo | undefined,
): Promise<boolean> {
  // createNew refuses a link that somebody has put in the way, and the mode holds from the first
  // byte on.
  using file = await Deno.open(path, { write: true, createNew: true, mode: PRIVATE });
  if (like !== undefined && !isAlike(await file.stat(), like)) return false;
  await writeWhole(file, bytes);
  await file.sync();
  return true;
}

function isAlike(made: Deno.FileInfo, like: Deno.FileInfo): boolean {
  return made.uid === like.uid && made.gid === like.gid && modeOf(made) === modeOf(like);
}

function modeOf({ mode }: Deno.FileInfo): number {
  return (mode ?? PRIVATE) & 0o777;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
