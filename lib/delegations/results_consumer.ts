/**
 * Takes results out of the results file and prints them: each once, and none is lost.
 *
 * @module
 */

import { byteLines, lineText } from "../byte_lines.ts";
import { later } from "../later.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { type ResultsFiles, resultsFiles } from "../permissions.ts";
import { counted, reasonOf } from "../text.ts";
import { NotConsumedError } from "./not_consumed_error.ts";
import type { Printout } from "./printout.ts";
import { lockPath } from "../lock_path.ts";
import { regularFileAt } from "../regular_file.ts";
import { RejectedLines } from "./rejected_lines.ts";
import { parseResultLine, type ResultRecord } from "./result_record.ts";

/** A run that prints takes a moment, unless nobody reads what it prints. */
const LOCKED_WITHIN_MS = 10_000;
/** The sidecar holds the file back while it adds to it: an append and an fsync. */
const PUBLISHED_WITHIN_MS = 2000;
const POLL_MS = 5;
const ATTEMPT = "consume";

/**
 * The agent's side of the results file. It takes the file by renaming it to `<file>.taken`, prints
 * that, and only then removes it: a run that fails or is killed leaves it to the next.
 */
export class ResultsConsumer {
  readonly #files: ResultsFiles;
  readonly #tell: (line: string) => void;

  /**
   * @param path The results file.
   * @param tell Takes what a person should know, a line at a time.
   */
  constructor(path: string, tell: (line: string) => void) {
    this.#files = resultsFiles(path);
    this.#tell = tell;
  }

  /**
   * Prints every result that is there, and removes what it has printed. Lines that are no results
   * are set aside in `<file>.rejected` first.
   *
   * Requires `--allow-read` and `--allow-write` for the file, `<file>.taken`, `<file>.taken.lock`,
   * `<file>.taken.next` and `<file>.rejected`, and `--allow-read` for `<file>.tmp`.
   *
   * @param printout Where they go; it is ended.
   * @throws {NotConsumedError} Another run is at it, or something cannot be printed or set aside.
   * @throws {TypeError} What is there is no regular file.
   * @throws {Error} The system refuses.
   */
  async consume(printout: Printout): Promise<void> {
    if (!await this.#isAnythingThere()) return await printout.end();
    using _lock = await this.#lock();
    const refusal = await this.#take();
    const printed: string[] = [];
    try {
      for (const path of this.#taken) if (await this.#print(path, printout)) printed.push(path);
      if (refusal !== undefined) throw refusal.error;
    } catch (error) {
      if (printout.isOpen) await printout.end(); // what has been printed already is whole
      for (const path of printed) await Deno.remove(path);
      throw error;
    }
    await printout.end();
    for (const path of printed) await Deno.remove(path);
  }

  /**
   * Prints every result that is there, and changes nothing.
   *
   * Requires `--allow-read` for the file, `<file>.taken`, `<file>.taken.next` and `<file>.tmp`.
   *
   * @param printout Where they go; it is ended.
   * @throws {NotConsumedError} They cannot be printed.
   * @throws {TypeError} What is there is no regular file.
   * @throws {Error} The system refuses.
   */
  async peek(printout: Printout): Promise<void> {
    const open = async (path: string) => {
      // An opened file stays what it is, whoever renames it meanwhile.
      await regularFileAt(path, ATTEMPT);
      using file = await Deno.open(path, { read: true });
      // What the sidecar is adding right now is not for us yet.
      const garbage = await printLines(file, printout, (await file.stat()).size);
      if (garbage > 0) {
        this.#tell(`${counted(garbage, "line")} of '${path}' cannot be read as results`);
      }
    };
    for (const path of this.#taken) await orAbsent(open(path));
    await this.#whenThere(() => open(this.#files.results));
    await printout.end();
  }

  /** Whether there is anything to do; where there is not, not even the lock has to be made. */
  async #isAnythingThere(): Promise<boolean> {
    const { results, next } = this.#files;
    // The sidecar may put the file back between two looks.
    for (const path of [results, next, results, ...this.#taken]) {
      if (await isThere(path)) return true;
    }
    return false;
  }

  async #lock(): Promise<Deno.FsFile> {
    const { takenLock } = this.#files;
    return await lockPath(takenLock, {
      ms: LOCKED_WITHIN_MS,
      whenHeld: () =>
        new NotConsumedError(
          `Cannot lock '${takenLock}': another workspace-beat results is printing: try again when ` +
            "it has ended",
          "lock",
        ),
      whenUnlockable: (error) =>
        this.#tell(
          `Cannot lock '${takenLock}': ${
            reasonOf(error)
          }: see to it that only one workspace-beat ` +
            "results runs at a time",
        ),
    });
  }

  /** Where results are between the results file and the reader, the older ones first. */
  get #taken(): [string, string] {
    return [this.#files.taken, this.#files.takenNext];
  }

  /**
   * Takes the results file away from the sidecar, behind what an earlier run has left: that is
   * removed only with the rest of what is printed.
   *
   * @returns Why the system, or what is there, refuses; what has been left can be printed all the
   * same.
   */
  async #take(): Promise<{ readonly error: unknown } | undefined> {
    const { results, taken, takenNext } = this.#files;
    try {
      const isLeft = async (path: string) => await regularFileAt(path, ATTEMPT) !== undefined;
      if (!await isLeft(taken) && await isLeft(takenNext)) await Deno.rename(takenNext, taken);
      if (await isLeft(taken) && await isLeft(takenNext)) {
        this.#tell("Two earlier runs have left results: run it again for what is new");
        return;
      }
      const free = await isLeft(taken) ? takenNext : taken;
      await this.#whenThere(() => Deno.rename(results, free));
    } catch (error) {
      return { error };
    }
  }

  /**
   * Does something with the results file, once it is there: the sidecar holds it back in
   * `<file>.tmp` while it adds to it.
   *
   * @returns Whether it was there.
   */
  async #whenThere(action: () => Promise<void>): Promise<boolean> {
    const { results, next } = this.#files;
    const late = performance.now() + PUBLISHED_WITHIN_MS;
    while (true) {
      const isPublished = await regularFileAt(results, ATTEMPT) !== undefined;
      if (isPublished && await orAbsent(action())) return true;
      if (!await isThere(next) && !await isThere(results)) return false;
      if (performance.now() > late) {
        this.#tell(
          `'${next}' holds results that the sidecar has not published: it does when it starts again`,
        );
        return false;
      }
      if (!isPublished) await pause();
    }
  }

  /** Prints what has been taken, if it is there, once its garbage is safe. */
  async #print(path: string, printout: Printout): Promise<boolean> {
    if (await regularFileAt(path, ATTEMPT) === undefined) return false;
    using file = await Deno.open(path, { read: true });
    await this.#setAside(file);
    await file.seek(0, Deno.SeekMode.Start);
    await printLines(file, printout);
    await printout.flush();
    return true;
  }

  async #setAside(file: Deno.FsFile): Promise<void> {
    const { rejected } = this.#files;
    using lines = new RejectedLines(rejected);
    for await (const { bytes } of byteLines(file)) {
      if (recordIn(bytes) === "garbage") await lines.add(bytes);
    }
    await lines.sync();
    if (lines.count > 0) {
      this.#tell(`Set aside ${counted(lines.count, "line")} in '${rejected}': not results`);
    }
  }
}

/** What a line holds. A character that is no UTF-8 costs no result: it is shown as U+FFFD. */
function recordIn(bytes: Uint8Array): ResultRecord | "garbage" | "blank" {
  const text = lineText(bytes);
  if (text.trim() === "") return text.length === bytes.length ? "blank" : "garbage";
  return parseResultLine(text) ?? "garbage";
}

/** Prints the results of a file's first bytes; it gives the number of lines that are none. */
async function printLines(
  file: Deno.FsFile,
  printout: Printout,
  size: number = Infinity,
): Promise<number> {
  let garbage = 0;
  for await (const { bytes, end } of byteLines(file)) {
    if (end > size) break;
    const record = recordIn(bytes);
    if (record === "garbage") garbage++;
    else if (record !== "blank") await printout.add(record);
  }
  return garbage;
}

/** Whether the file was there for what was done with it. */
async function orAbsent(action: Promise<void>): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return await lstatIfThere(path) !== undefined;
}

function pause(): Promise<void> {
  return new Promise((resolve) => void later(POLL_MS, resolve));
}
