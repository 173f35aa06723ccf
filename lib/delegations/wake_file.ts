import { isoTime } from "../iso_time.ts";
import { leadsTo, openOrMake, regularFileAt } from "../regular_file.ts";
import { setMode } from "../set_mode.ts";
import { writeWhole } from "../write_whole.ts";

/** Options of {@linkcode WakeFile}. */
export interface WakeFileOptions {
  /** The file; it is made when it is not there. */
  readonly path: string;
  /** The file's mode, whatever the process's umask is: that of the results file. */
  readonly mode: number;
}

const ATTEMPT = "touch";
/** A time as we write it, with any digits. */
const TIME = "0000-00-00T00:00:00.000Z\n";
/** More than a time has. */
const LARGEST_BYTES = 64;

/** As much of a {@linkcode WakeFile} as somebody needs who touches it. */
export type TouchedFile = Pick<WakeFile, "name" | "touch">;

/**
 * A file that is written when there are results for an agent which the platform cannot wake, since it
 * polls for its messages: whoever watches the file wakes it. It holds the time and nothing else.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 */
export class WakeFile {
  /** What to call it in a message. */
  readonly name: string;
  readonly #path: string;
  readonly #mode: number;

  /** @param options Where it is. */
  constructor({ mode, path }: WakeFileOptions) {
    this.name = `'${path}'`;
    this.#path = path;
    this.#mode = mode;
  }

  /**
   * Writes it anew, which changes its time: also on a full disk.
   *
   * @throws {TypeError} It is a link, no regular file, or holds something else than a time: that is
   * left as it is.
   * @throws {Error} It cannot be written.
   */
  async touch(): Promise<void> {
    using file = await this.#open();
    await file.truncate();
    await setMode(this.#path, await file.stat(), this.#mode);
    // What watches it needs no text.
    await writeWhole(file, new TextEncoder().encode(`${isoTime(Date.now())}\n`))
      .catch(() => {});
  }

  /**
   * Makes sure that what is there could be written; where nothing is, nothing is made.
   *
   * @returns Whether there is one.
   * @throws {TypeError} It is a link, no regular file, or holds something else than a time.
   * @throws {Error} It cannot be written.
   */
  async inspect(): Promise<boolean> {
    if (await regularFileAt(this.#path, ATTEMPT) === undefined) return false;
    using _file = await this.#open();
    return true;
  }

  /** Opens it for writing, at its begin. */
  async #open(): Promise<Deno.FsFile> {
    const file = await openOrMake(this.#path, ATTEMPT, { read: true, write: true });
    try {
      const bytes = new Uint8Array(LARGEST_BYTES);
      const count = await file.read(bytes) ?? 0;
      const text = new TextDecoder().decode(bytes.subarray(0, count));
      const isTime = TIME.startsWith(text.replace(/\d/g, "0")); // or what a full disk has left of one
      if (!isTime || !await leadsTo(this.#path, file, ATTEMPT)) {
        throw new TypeError(
          `Cannot touch '${this.#path}': it is no wake file: expected an empty file, or one that ` +
            "holds a time: choose another --wake-file",
        );
      }
      await file.seek(0, Deno.SeekMode.Start);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}
