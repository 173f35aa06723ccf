/** Where bytes go: a file, or standard output. */
interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Writes all of the bytes, in as many writes as that takes.
 *
 * @param writer Where they go.
 * @param bytes The bytes.
 * @throws {Error} Not all of them could be written.
 */
export async function writeWhole(writer: Writer, bytes: Uint8Array): Promise<void> {
  while (bytes.length > 0) {
    const written = await writer.write(bytes);
    // On a full disk Deno may count 0 bytes instead of throwing.
    if (written === 0) throw new Error("No space is left on the disk");
    bytes = bytes.subarray(written);
  }
}
