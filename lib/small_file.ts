/**
 * Reads a small text file, and nothing that only looks like one: reading a pipe would wait for
 * ever.
 *
 * Requires `--allow-read` for the file.
 *
 * @param path The file; a link is followed.
 * @param maxBytes The largest file that is read.
 * @returns Its text, or undefined when there is no such file.
 * @throws {TypeError} It is not a regular file.
 * @throws {RangeError} It is too large.
 * @throws {Error} It cannot be read.
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new TypeError(`Cannot read '${path}': it is not a regular file`);
    if (size > maxBytes) {
      throw new RangeError(
        `Cannot read '${path}': expected at most ${maxBytes} bytes: it has ${size}`,
      );
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
