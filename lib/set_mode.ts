/**
 * Sets a file's mode, whatever the process's umask is. Somebody else's file keeps the mode that its
 * owner gave it.
 *
 * Requires `--allow-write` for the file.
 *
 * @param path The file.
 * @param there What is known of it.
 * @param mode The mode.
 * @throws {Error} The system does not set it.
 */
export async function setMode(
  path: string,
  there: Pick<Deno.FileInfo, "mode"> | undefined,
  mode: number,
): Promise<void> {
  if (there === undefined || ((there.mode ?? 0) & 0o777) === mode) return;
  try {
    await Deno.chmod(path, mode);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}
