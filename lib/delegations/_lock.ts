const POLL_MS = 5;

/**
 * Locks a file for this process alone, and waits for whoever holds it, but not for ever.
 *
 * @param file The file.
 * @param ms The longest wait, in milliseconds.
 * @returns Whether it is ours now.
 * @throws {Error} The file system knows no locks.
 */
export async function lockWithin(file: Deno.FsFile, ms: number): Promise<boolean> {
  const late = performance.now() + ms;
  while (!await file.tryLock(true)) {
    if (performance.now() > late) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
