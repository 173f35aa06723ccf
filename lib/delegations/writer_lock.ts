import { isoTime } from "../iso_time.ts";
import { neutralise, reasonOf } from "../text.ts";
import type { Log } from "../log/mod.ts";
import { lockPath } from "../lock_path.ts";
import { type FileIdentity, leadsTo } from "../regular_file.ts";
import { writeWhole } from "../write_whole.ts";

/** Another process writes the same results file. */
export class WriterBusyError extends Error {
  /** @param message Which process, and what to do. */
  constructor(message: string) {
    super(message);
    this.name = "WriterBusyError";
  }
}

const LONGEST_HOLDER_BYTES = 300;
/** A process that is just ending, or one that it has forked and that is no other program yet. */
const ENDING_MS = 250;
const ATTEMPT = "lock";

/** Options of {@linkcode WriterLock}. */
export interface WriterLockOptions {
  /** The lock's file; it is made when it is not there, and stays. */
  readonly file: string;
  /** What is locked, as a message names it. */
  readonly name: string;
  /** Who this is, as another process reads it: "workspace …". */
  readonly holder: string;
  readonly log: Log;
}

/**
 * Makes sure that one process at a time writes a results file. The system takes the lock back when
 * the process ends, however it ends.
 *
 * Requires `--allow-read` and `--allow-write` for the file.
 */
export class WriterLock {
  readonly #options: WriterLockOptions;
  #file: Deno.FsFile | undefined;
  /** The file that is locked: it stays the same while it is open. */
  #identity: FileIdentity | undefined;

  /** @param options What to lock, and for whom. */
  constructor(options: WriterLockOptions) {
    this.#options = options;
  }

  /**
   * Takes the lock, unless it is held already. Where the file system knows no locks, it says so
   * and goes on without.
   *
   * @returns Whether it was taken just now: another process may have held it before.
   * @throws {WriterBusyError} Another process holds it.
   * @throws {TypeError} What is there is no regular file.
   * @throws {Error} The file cannot be made.
   */
  async acquire(): Promise<boolean> {
    if (this.#file !== undefined) {
      this.#identity ??= await this.#file.stat();
      if (await leadsTo(this.#options.file, this.#identity, ATTEMPT)) return false;
      this.release(); // somebody has tidied it away, so that it keeps nobody out any more
    }
    const { file: path, log, name } = this.#options;
    this.#file = await lockPath(path, {
      ms: ENDING_MS,
      whenHeld: (file) => this.#busy(file),
      whenUnlockable: (error) => {
        const remedy = "see to it that only one sidecar uses it";
        log.warn(`Cannot lock ${name}: ${reasonOf(error)}: ${remedy}`);
      },
    });
    await this.#sign(this.#file);
    return true;
  }

  /** Gives the lock back. */
  release(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#identity = undefined;
  }

  async #busy(file: Deno.FsFile): Promise<WriterBusyError> {
    return new WriterBusyError(
      `Cannot write to ${this.#options.name}: ${await holderOf(file)} does already: ` +
        "stop that one, or give this one a --results-file of its own",
    );
  }

  async #sign(file: Deno.FsFile): Promise<void> {
    const { holder } = this.#options;
    const text = `process ${Deno.pid}, ${holder}, since ${isoTime(Date.now())}\n`;
    const bytes = new TextEncoder().encode(text);
    try {
      await writeWhole(file, bytes);
      const there = await file.stat();
      this.#identity = there;
      if (there.size > bytes.length) await file.truncate(bytes.length); // the former holder's was longer
    } catch {
      // On a full disk it names nobody: the lock holds all the same.
      await file.truncate().catch(() => {});
    }
  }
}

async function holderOf(file: Deno.FsFile): Promise<string> {
  const bytes = new Uint8Array(LONGEST_HOLDER_BYTES);
  const read = await file.read(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, read));
  return neutralise(text, LONGEST_HOLDER_BYTES) || "another process";
}
