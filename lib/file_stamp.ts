/** What tells one state of a file from another, without a look into it. */
export interface FileStamp {
  /** The same for the same state. */
  readonly text: string;
  /** When the file was changed last, in epoch milliseconds; Infinity where nobody knows. */
  readonly changedAt: number;
  /** When its content was changed last, in epoch milliseconds; undefined where nobody knows. */
  readonly writtenAt: number | undefined;
}

/**
 * Looks at a file, without opening it. A change within a tick of the file system's clock may leave
 * the stamp as it was.
 *
 * Requires `--allow-read` for the file.
 *
 * @param path The file; a link is followed.
 * @throws {Error} It is not there, or cannot be looked at.
 */
export async function fileStamp(path: string): Promise<FileStamp> {
  const { ctime, dev, ino, mtime, size } = await Deno.stat(path);
  const [changed, written] = [ctime?.getTime() ?? Infinity, mtime?.getTime() ?? Infinity];
  return {
    text: `${changed} ${written} ${size} ${dev} ${ino}`,
    changedAt: Math.max(changed, written),
    writtenAt: mtime?.getTime(),
  };
}
