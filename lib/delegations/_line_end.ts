const LINE_BREAK = "\n".charCodeAt(0);

/**
 * Whether somebody was killed in the middle of a file's last line: the next one would be lost with
 * it.
 *
 * @param file The file; it stands at its end afterwards.
 * @param size Its size.
 */
export async function endsInsideLine(file: Deno.FsFile, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = new Uint8Array(1);
  await file.seek(size - 1, Deno.SeekMode.Start);
  return await file.read(last) === 1 && last[0] !== LINE_BREAK;
}
