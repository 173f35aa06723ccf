/**
 * Looks at what is at a path, without following a link.
 *
 * Requires `--allow-read` for the path.
 *
 * @param path The path.
 * @returns What is there; undefined when nothing is.
 * @throws {Error} It cannot be looked at.
 */
export async function lstatIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
