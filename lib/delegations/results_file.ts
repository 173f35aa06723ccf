/**
 * Where results go: the JSONL file that the agent consumes, or standard output.
 *
 * @module
 */

import { writeWhole } from "../write_whole.ts";

/** Takes whole lines, all of them or none. */
export interface ResultsOutput {
  /** What to call it in a message. */
  readonly name: string;
  /**
   * Appends lines, and resolves when they are safe.
   *
   * @param lines Whole lines, each with its line break.
   * @throws {Error} Nothing was appended.
   */
  append(lines: string): Promise<void>;
  /** Whether there may be lines that the agent has not consumed yet. */
  hasUnread(): Promise<boolean>;
}

/** The owner may read and write; nobody else may do anything. */
const PRIVATE = 0o600;
/** How often the agent may take the file away under one append. */
const MOST_TRIES = 10;
const LINE_BREAK = "\n".charCodeAt(0);

/**
 * The results file. It is opened anew for every batch: the agent consumes it by renaming it away,
 * at any time (contract 5).
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 */
export class FileResults implements ResultsOutput {
  /** @inheritdoc */
  readonly name: string;
  readonly #path: string;

  /** @param path The file; it is made, private to this user, when it is not there. */
  constructor(path: string) {
    this.name = `'${path}'`;
    this.#path = path;
  }

  /**
   * Appends lines with one write, so that no reader sees a part of one, and syncs them to the disk.
   *
   * @param lines Whole lines.
   * @throws {TypeError} The path is a link or no regular file.
   * @throws {Error} The lines cannot be written; the file is as it was.
   */
  async append(lines: string): Promise<void> {
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      // Before opening: opening a link may make its target, and opening a pipe waits for a reader.
      await this.#there();
      if (await this.#appendOnce(lines)) return;
    }
    throw new Error(
      `Cannot append to ${this.name}: it was taken away ${MOST_TRIES} times while it was written`,
    );
  }

  /** @inheritdoc */
  async hasUnread(): Promise<boolean> {
    try {
      return (await Deno.lstat(this.#path)).size > 0;
    } catch (error) {
      // What cannot be told counts as unread: a wake too many is better than one too few.
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  /**
   * One try.
   *
   * @returns Whether the lines are in the file that the path leads to. When the agent has taken the
   * file away meanwhile, nobody can tell whether it read them (contract 5): they are taken back, and
   * written again.
   */
  async #appendOnce(lines: string): Promise<boolean> {
    using file = await Deno.open(this.#path, {
      read: true,
      append: true,
      create: true,
      mode: PRIVATE,
    });
    const before = await file.stat();
    if (!before.isFile) this.#refuse("no regular file");
    if (!await this.#leadsTo(before)) return false;
    try {
      await this.#write(file, await endsInsideLine(file, before) ? `\n${lines}` : lines);
      if (await this.#leadsTo(before)) {
        await file.sync();
        return true;
      }
    } catch (error) {
      await file.truncate(before.size); // not a half line, and nothing that would be written twice
      throw error;
    }
    await file.truncate(before.size);
    return false;
  }

  async #write(file: Deno.FsFile, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const written = await file.write(bytes);
    // Deno counts fewer bytes on a full disk instead of throwing.
    if (written < bytes.length) {
      throw new Error(
        `Cannot append to ${this.name}: only ${written} of ${bytes.length} bytes fit: ` +
          "the disk is full, or the file has reached its limit",
      );
    }
  }

  /** Whether the path still leads to what was opened. */
  async #leadsTo(opened: Deno.FileInfo): Promise<boolean> {
    const there = await this.#there();
    return there !== undefined && there.ino === opened.ino && there.dev === opened.dev;
  }

  /** What is at the path; it throws when that is nothing to write to. */
  async #there(): Promise<Deno.FileInfo | undefined> {
    const there = await Deno.lstat(this.#path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (there?.isSymlink) this.#refuse("a symbolic link");
    if (there?.isFile === false) this.#refuse("no regular file");
    return there;
  }

  #refuse(what: string): never {
    throw new TypeError(
      `Cannot append to ${this.name}: it is ${what}: expected a regular file: remove it, and it ` +
        "is made anew",
    );
  }
}

/** Whether somebody was killed in the middle of a line: the next one would be lost with it. */
async function endsInsideLine(file: Deno.FsFile, { size }: Deno.FileInfo): Promise<boolean> {
  if (size === 0) return false;
  const last = new Uint8Array(1);
  await file.seek(size - 1, Deno.SeekMode.Start);
  return await file.read(last) === 1 && last[0] !== LINE_BREAK;
}

/** Results on standard output, for a program that reads them from a pipe. */
export class StdoutResults implements ResultsOutput {
  /** @inheritdoc */
  readonly name: string = "the sidecar's standard output";

  /**
   * Writes lines.
   *
   * @param lines Whole lines.
   * @throws {Error} Nobody reads any more.
   */
  async append(lines: string): Promise<void> {
    await writeWhole(Deno.stdout, new TextEncoder().encode(lines));
  }

  /** Nobody can tell who reads a pipe: there may always be something unread. */
  hasUnread(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
