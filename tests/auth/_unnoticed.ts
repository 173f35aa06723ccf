import { fileStamp } from "../../lib/file_stamp.ts";

/**
 * Writes other content of the same length, and puts the mtime back, so that only a reading sees the
 * difference: as on a disk whose clock has not ticked since.
 *
 * @param file The file.
 * @param content Its content.
 * @returns Whether it went unnoticed: the clock may tick in between, and then it has to be done again.
 */
export async function writeUnnoticed(file: string, content: string): Promise<boolean> {
  const { text } = await fileStamp(file);
  const { mtime } = await Deno.stat(file);
  await Deno.writeTextFile(file, content);
  if (mtime) await Deno.utime(file, mtime, mtime);
  return (await fileStamp(file)).text === text;
}
