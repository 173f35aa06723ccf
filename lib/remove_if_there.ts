/**
 * Removes a file, where there is one.
 *
 * Requires `--allow-write` for it.
 *
 * @param path The file.
 * @throws {Error} It cannot be removed.
 */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
