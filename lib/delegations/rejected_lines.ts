import { reasonOf } from "../text.ts";
import { NotConsumedError } from "./not_consumed_error.ts";
import { Pieces } from "./_pieces.ts";
import { leadsTo, openOrMake } from "../regular_file.ts";
import { endsInsideLine } from "./_line_end.ts";

const LINE_BREAK = "\n".charCodeAt(0);
const ATTEMPT = "append to";

/**
 * Lines that are no results, kept for whoever wants to know what they are.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 */
export class RejectedLines implements Disposable {
  /** How many were added. */
  count = 0;
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #pieces: Pieces | undefined;
  #sizeBefore = 0;

  /** @param path The file; it is made, private to this user, with the first line. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Adds a line.
   *
   * @param bytes The line, without its line break.
   * @throws {NotConsumedError} It cannot be written; none of the lines is.
   * @throws {TypeError} What is there is no regular file.
   */
  async add(bytes: Uint8Array): Promise<void> {
    await this.#orTakeBack(async () => {
      const pieces = this.#pieces ??= await this.#open();
      // A copy: the line is a part of all that was read with it, and would keep that in memory.
      await pieces.add(bytes.slice(), Uint8Array.of(LINE_BREAK));
    });
    this.count++;
  }

  /**
   * Makes sure that the lines are on the disk.
   *
   * @throws {NotConsumedError} They are not; none of them is.
   */
  async sync(): Promise<void> {
    await this.#orTakeBack(async () => {
      await this.#pieces?.flush();
      await this.#file?.sync();
    });
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file?.close();
  }

  async #open(): Promise<Pieces> {
    const file = await openOrMake(this.#path, ATTEMPT, { read: true, append: true });
    this.#file = file;
    // Looked at again: a link may have taken its place before it was opened.
    if (!await leadsTo(this.#path, file, ATTEMPT)) {
      throw new TypeError(`Cannot append to '${this.#path}': it was replaced while it was opened`);
    }
    this.#sizeBefore = (await file.stat()).size;
    const pieces = new Pieces(file);
    // A run that was killed may have left half a line.
    if (await endsInsideLine(file, this.#sizeBefore)) await pieces.add(Uint8Array.of(LINE_BREAK));
    return pieces;
  }

  /** All of them or none: the next run sets aside the same lines. */
  async #orTakeBack(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      await this.#file?.truncate(this.#sizeBefore).catch(() => {}); // the first error tells more
      // Those say already what to do.
      if (error instanceof TypeError || error instanceof Deno.errors.PermissionDenied) throw error;
      throw new NotConsumedError(
        `Cannot set aside lines that are no results in '${this.#path}': ${reasonOf(error)}: all ` +
          "results are kept, and the next run prints them",
        "set aside",
      );
    }
  }
}
