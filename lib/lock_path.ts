import { later } from "./later.ts";
import { leadsTo, openOrMake } from "./regular_file.ts";

/** The first look for a holder that has gone comes so soon; each later one twice as late as the last. */
const SHORTEST_STEP_MS = 5;
/** Looking costs the holder's time where a hundred wait. */
const LONGEST_STEP_MS = 40;

/** Options of {@linkcode lockPath}. */
export interface LockPathOptions {
  /** The longest wait for whoever holds it, in milliseconds. */
  readonly ms: number;
  /** Makes the error for a file that is still held then, which may say by whom. */
  readonly whenHeld: (file: Deno.FsFile) => Error | Promise<Error>;
  /** Learns why there is no lock, where the file system knows none: it is gone on without. */
  readonly whenUnlockable: (error: unknown) => void;
}

/**
 * Locks a file for this process alone, and makes it first where it is not there. The system takes
 * the lock back when the file is closed or the process ends, however it ends. The file stays: one
 * that is tidied away while it is held keeps nobody out, and is made anew by the next.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 *
 * @param path The file.
 * @param options How long to wait, and what becomes of it.
 * @returns The file, locked.
 * @throws {TypeError} What is there is no regular file.
 * @throws {Error} It can be neither opened nor made; or what `whenHeld` has made.
 */
export async function lockPath(path: string, options: LockPathOptions): Promise<Deno.FsFile> {
  while (true) {
    const file = await openOrMake(path, "lock", { read: true, write: true });
    let isOurs = false;
    try {
      if (!await isLocked(file, options)) throw await options.whenHeld(file);
      isOurs = await leadsTo(path, file, "lock");
      if (isOurs) return file;
    } finally {
      if (!isOurs) file.close();
    }
  }
}

async function isLocked(
  file: Deno.FsFile,
  { ms, whenUnlockable }: LockPathOptions,
): Promise<boolean> {
  const late = performance.now() + ms;
  let step = SHORTEST_STEP_MS;
  try {
    while (!await file.tryLock(true)) {
      if (performance.now() > late) return false;
      // Who was refused at the same time must not come back at the same time.
      const wait = step * (0.5 + Math.random() / 2);
      await new Promise<void>((resolve) => void later(wait, resolve));
      step = Math.min(2 * step, LONGEST_STEP_MS);
    }
  } catch (error) {
    whenUnlockable(error);
  }
  return true;
}
