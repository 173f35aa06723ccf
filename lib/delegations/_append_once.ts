/**
 * Appends bytes with one write, and syncs them to the disk.
 *
 * @param file The file, opened for appending.
 * @param bytes The bytes.
 * @param name What to call the file in a message.
 * @throws {Error} Not all of them are on the disk; some of them may be in the file.
 */
export async function appendOnce(
  file: Deno.FsFile,
  bytes: Uint8Array,
  name: string,
): Promise<void> {
  const written = await file.write(bytes);
  // Deno counts fewer bytes on a full disk instead of throwing.
  if (written < bytes.length) {
    throw new Error(
      `Cannot append to ${name}: only ${written} of ${bytes.length} bytes fit: ` +
        "the disk is full, or the file has reached its limit",
    );
  }
  await file.sync();
}
