import { type Clock, orAborted, settlesWithin } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { temporaryFile } from "../permissions.ts";
import { regularFileAt } from "../regular_file.ts";
import { removeIfThere } from "../remove_if_there.ts";
import { setMode } from "../set_mode.ts";
import { reasonOf } from "../text.ts";
import { Turns } from "../turns.ts";
import { writeWhole } from "../write_whole.ts";
import { FAMILIES } from "./families.ts";

/** Options of {@linkcode MetricsFile}. */
export interface MetricsFileOptions {
  /** The file. */
  readonly path: string;
  /** What it is to hold now. */
  readonly text: () => string;
  /** Milliseconds from one writing to the next. */
  readonly everyMs: number;
  readonly log: Log;
  readonly clock: Clock;
}

/** node_exporter runs as another user. */
const MODE = 0o644;
/** What a file of ours begins with; who names another file by mistake keeps it. */
const BEGIN = `# HELP ${FAMILIES.info.name} `;
/** How long the end may be held up by the disk. */
const REMOVED_WITHIN_MS = 500;

/**
 * A file of metrics for node_exporter's textfile collector, which shows whatever is in it for ever:
 * it is written anew all the time, whole at every instant, and removed at the end.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 */
export class MetricsFile {
  readonly #options: MetricsFileOptions;
  readonly #trouble: Episode;
  /** Its own, so that a disk that hangs holds up nobody else. */
  readonly #turns = new Turns();
  #written: number | null | undefined;
  #isShared = false;

  /** @param options Where it is, and what it holds. */
  constructor(options: MetricsFileOptions) {
    this.#options = options;
    this.#trouble = new Episode("Writing metrics", options);
  }

  /**
   * Writes the file at once, and again and again until the signal aborts; then removes it. What is in
   * the way is one warning for as long as it lasts.
   *
   * @param signal Ends it.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs } = this.#options;
    while (!signal.aborted) {
      await orAborted(this.#turns.take(() => this.#tryWriting()), signal);
      await clock.sleep(everyMs, signal);
    }
    await settlesWithin(this.#turns.take(() => this.#remove()), REMOVED_WITHIN_MS);
  }

  async #tryWriting(): Promise<void> {
    const { path } = this.#options;
    try {
      await this.#write();
      this.#trouble.succeeded();
    } catch (error) {
      const reason = reasonOf(error);
      const what = error instanceof TypeError ? "" : `Cannot write metrics to '${path}': `;
      this.#trouble.failed(`${what}${reason}; trying again`);
    }
  }

  /** Says, once, that the file is not the one that was written last. */
  #tellOfOthers({ ino }: Deno.FileInfo): void {
    const { log, path } = this.#options;
    if (this.#isShared || this.#written === undefined || ino === this.#written) return;
    this.#isShared = true;
    log.warn(
      `Another program writes metrics to '${path}', too: give each sidecar a --metrics-file of ` +
        "its own, or the numbers jump",
    );
  }

  async #write(): Promise<void> {
    const { path, text } = this.#options;
    const there = await inspectMetricsFile(path);
    if (there !== undefined) this.#tellOfOthers(there);
    const temporary = temporaryFile(path);
    await removeIfThere(temporary);
    try {
      this.#written = await make(temporary, text());
      await Deno.rename(temporary, path);
    } catch (error) {
      await removeIfThere(temporary).catch(() => {}); // the first error is the one to report
      throw error;
    }
  }

  /** Absence is what tells that a sidecar is gone; a file that is left would show its last beat. */
  async #remove(): Promise<void> {
    const { log, path } = this.#options;
    if (this.#written === undefined) return;
    try {
      const there = await inspectMetricsFile(path);
      if (there?.ino === this.#written) await removeIfThere(path);
    } catch (error) {
      if (error instanceof TypeError) return; // it is somebody else's by now
      log.warn(`Cannot remove the metrics in '${path}': ${reasonOf(error)}: remove it by hand`);
    }
  }
}

/**
 * Makes sure that what is at a path may be replaced by metrics.
 *
 * Requires `--allow-read` for the path.
 *
 * @param path The path.
 * @returns What is there; undefined when nothing is.
 * @throws {TypeError} It is no regular file, or holds something else than our metrics.
 * @throws {Error} It cannot be looked at.
 */
export async function inspectMetricsFile(path: string): Promise<Deno.FileInfo | undefined> {
  const there = await regularFileAt(path, "write metrics to");
  if (there === undefined || there.size === 0) return there;
  using file = await Deno.open(path);
  const bytes = new Uint8Array(BEGIN.length);
  const count = await file.read(bytes) ?? 0;
  if (new TextDecoder().decode(bytes.subarray(0, count)) === BEGIN) return there;
  throw new TypeError(
    `Cannot write metrics to '${path}': it holds something else: expected no file, or one with ` +
      "metrics of a workspace-beat: choose another --metrics-file",
  );
}

/**
 * Finds out whether a metrics file could be made, and leaves nothing behind.
 *
 * Requires `--allow-read` and `--allow-write` for `<file>.tmp`.
 *
 * @param path The file.
 * @throws {Error} It could not.
 */
export async function probeMetricsFile(path: string): Promise<void> {
  const temporary = temporaryFile(path);
  await removeIfThere(temporary);
  await make(temporary, BEGIN);
  await Deno.remove(temporary);
}

/** Makes a file that everybody may read; it is not synced: what it holds is of no use tomorrow. */
async function make(path: string, text: string): Promise<number | null> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: MODE });
  await writeWhole(file, new TextEncoder().encode(text));
  const made = await file.stat();
  await setMode(path, made, MODE); // whatever the umask is
  return made.ino;
}
