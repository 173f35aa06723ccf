import { byteLines, lineText } from "../byte_lines.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { type ResultsFiles, resultsFiles } from "../permissions.ts";
import { appendOnce } from "./_append_once.ts";
import { parseResultLine } from "./result_record.ts";
import { openOrMake, regularFileAt } from "../regular_file.ts";
import { setMode } from "../set_mode.ts";
import { endsInsideLine } from "./_line_end.ts";
import type { ResultsOutput } from "./results_output.ts";
import { Turns } from "../turns.ts";

/** The owner may read and write; nobody else may do anything. */
const PRIVATE = 0o600;
const ATTEMPT = "append to";

/** Options of {@linkcode FileResults}. */
export interface FileResultsOptions {
  /**
   * The file's mode, whatever the process's umask is.
   *
   * @default {0o600}
   */
  readonly mode?: number;
}

/**
 * The results file. The agent takes it away by renaming it, reads it and unlinks it, at any instant
 * and without a lock (contract 5); a file that it has open may be read at any instant, too. So
 * nothing is ever written to a file that the agent can see: what waits in it is renamed to
 * `<file>.tmp`, the new lines are appended and synced there, and it is renamed back. Each line is
 * in one place at each instant, so none is lost, torn, or read twice, however it is interrupted: a
 * `<file>.tmp` that is left over has not been seen, and is published by the next append or start.
 *
 * Requires `--allow-read` and `--allow-write` for the file and `<file>.tmp`, and `--allow-read` for
 * `<file>.taken` and `<file>.taken.next`.
 */
export class FileResults implements ResultsOutput {
  /** @inheritdoc */
  readonly name: string;
  readonly #files: ResultsFiles;
  readonly #mode: number;
  readonly #turns = new Turns();

  /**
   * @param path The file; it is made when it is not there.
   * @param options Its mode.
   */
  constructor(path: string, { mode = PRIVATE }: FileResultsOptions = {}) {
    this.name = `'${path}'`;
    this.#files = resultsFiles(path);
    this.#mode = mode;
  }

  /** Publishes what a killed process has left in `<file>.tmp`. */
  async open(): Promise<void> {
    await this.#turns.take(() => this.#publishRest());
  }

  /**
   * Appends lines with one write and syncs them, and only then lets the agent see them.
   *
   * @param lines Whole lines.
   * @throws {TypeError} A path is a link or no regular file.
   * @throws {Error} The lines cannot be written; what waited for the agent still does.
   */
  async append(lines: string): Promise<void> {
    await this.#turns.take(async () => {
      await this.#publishRest();
      const before = await this.#takeAside();
      try {
        await this.#write(lines, before);
        await this.#publish();
      } catch (error) {
        // The first error is the one to report; what fails here is done by the next append.
        await this.#putBack(before).catch(() => {});
        throw error;
      }
    });
  }

  /**
   * Tests whether the file can be written; it is made, empty, where there is none.
   *
   * @throws {TypeError} It is a link or no regular file.
   * @throws {Error} It cannot be written.
   */
  async probe(): Promise<void> {
    using _file = await openOrMake(this.#files.results, ATTEMPT, { append: true });
  }

  /** @inheritdoc */
  async hasUnread(): Promise<boolean> {
    // What cannot be told counts as unread: a wake too many is better than one too few.
    return await this.unreadBytes().then((bytes) => bytes > 0, () => true);
  }

  /** @inheritdoc */
  async unreadBytes(): Promise<number> {
    return await this.#turns.take(async () => {
      const { results, next } = this.#files;
      return await sizeOf(results) + await sizeOf(next);
    });
  }

  /**
   * The keys of the results that wait for the agent, or are about to: they are safe. Files are read
   * in the order in which results travel, so that none slips past.
   */
  async unreadKeys(): Promise<ReadonlySet<string>> {
    return await this.#turns.take(async () => {
      const { next, results, taken, takenNext } = this.#files;
      await syncIfThere(next); // what a killed process has written may not be on the disk yet
      const waiting = [...await keysIn(next), ...await keysIn(results)];
      // The agent's own files, which it need not let us read.
      for (const path of [takenNext, taken]) waiting.push(...await keysIn(path).catch(() => []));
      return new Set(waiting);
    });
  }

  /**
   * Takes the file out of the agent's sight.
   *
   * @returns The size of what waits in it.
   */
  async #takeAside(): Promise<number> {
    const { results, next } = this.#files;
    await regularFileAt(results, ATTEMPT);
    try {
      await Deno.rename(results, next);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      using _file = await Deno.open(next, { write: true, createNew: true, mode: PRIVATE });
    }
    // Looked at again: something else may have taken the file's place before it was renamed.
    const there = await regularFileAt(next, ATTEMPT);
    await setMode(next, there, this.#mode);
    return there?.size ?? 0;
  }

  async #write(lines: string, before: number): Promise<void> {
    using file = await Deno.open(this.#files.next, { read: true, append: true });
    const bytes = new TextEncoder().encode(
      await endsInsideLine(file, before) ? `\n${lines}` : lines,
    );
    await appendOnce(file, bytes, this.name);
  }

  /** Lets the agent see what waited for it before, and nothing else. */
  async #putBack(before: number): Promise<void> {
    const { next } = this.#files;
    if (before === 0) return await Deno.remove(next);
    if (await sizeOf(next) > before) {
      using file = await Deno.open(next, { write: true });
      await file.truncate(before);
    }
    await this.#publish();
  }

  /** Lets the agent see what is in `<file>.tmp`. */
  async #publish(): Promise<void> {
    const { results, next } = this.#files;
    const there = await regularFileAt(results, ATTEMPT);
    // Only a stranger can have put it there; it is not ours to overwrite.
    if (there !== undefined && there.size > 0) {
      throw new Error(
        `Cannot append to ${this.name}: another program writes to it: results wait in '${next}' ` +
          "until the agent has taken it",
      );
    }
    await Deno.rename(next, results);
  }

  /** Publishes what an append that failed, or was killed, has left. */
  async #publishRest(): Promise<void> {
    const { next } = this.#files;
    const there = await regularFileAt(next, ATTEMPT);
    if (there === undefined) return;
    using file = await Deno.open(next, { read: true, write: true });
    const size = await wholeLines(file);
    if (size < there.size) await file.truncate(size);
    if (size > 0) await this.#publish();
    else await Deno.remove(next);
  }
}

async function syncIfThere(path: string): Promise<void> {
  if (await regularFileAt(path, ATTEMPT) === undefined) return;
  using file = await Deno.open(path, { write: true });
  await file.sync();
}

async function sizeOf(path: string): Promise<number> {
  return (await lstatIfThere(path))?.size ?? 0;
}

/** The keys of the results in a file; none when it is not there. */
async function keysIn(path: string): Promise<string[]> {
  if (await regularFileAt(path, "read") === undefined) return [];
  const keys: string[] = [];
  let file;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // the agent was faster
    throw error;
  }
  using opened = file;
  for await (const { bytes } of byteLines(opened)) {
    const record = parseResultLine(lineText(bytes));
    if (record !== undefined) keys.push(`${record.status} ${record.delegation_id}`);
  }
  return keys;
}

/** How many bytes at the beginning of a file are whole lines; one may only lack its line break. */
async function wholeLines(file: Deno.FsFile): Promise<number> {
  let size = 0;
  for await (const { bytes, end, isWhole } of byteLines(file)) {
    if (isWhole || parseResultLine(lineText(bytes)) !== undefined) size = end;
  }
  return size;
}
