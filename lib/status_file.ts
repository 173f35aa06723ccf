/**
 * The file in which a sidecar says how it is.
 *
 * @module
 */

import { type Clock, orAborted, settlesWithin } from "./clock.ts";
import { Episode, type Log } from "./log/mod.ts";
import { writePrivateFile } from "./secrets/mod.ts";
import {
  type Ending,
  refuseForeignFile,
  type Status,
  statusOf,
  type StatusOptions,
} from "./status/mod.ts";
import { reasonOf } from "./text.ts";
import type { TurnTaking } from "./turns.ts";
import type { Vitals } from "./vitals/mod.ts";

/** It is not written more often. */
const SHORTEST_MS = 1000;
/**
 * It is written at the latest after so long, or so many intervals where that is shorter: each beat is
 * news, and comes at most 1.1 intervals after the last.
 */
const REFRESH_MS = 36_000;
const REFRESH_INTERVALS = 1.2;
/** So often it is made sure that what is there may be written over. */
const CHECK_MS = 20_000;
/** The end of a sidecar waits no longer for the disk. */
const END_PATIENCE_MS = 1000;
/** Another sidecar that has written nothing for so long is gone. */
const GONE_MS = 90_000;

/** Options of {@linkcode StatusFile}. */
export interface StatusFileOptions
  extends Pick<StatusOptions, "workspaceId" | "platformUrl" | "intervalSeconds" | "mask"> {
  /** The file. */
  readonly file: string;
  /** What it is told by. */
  readonly vitals: Vitals;
  /** Lets it use the disk. */
  readonly disk: TurnTaking;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Keeps the status file: written anew when something has changed, once a second at the most, and
 * every 36 s at the least. A disk that does not take it is told of once; nothing waits for it.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 */
export class StatusFile {
  readonly #options: StatusFileOptions;
  readonly #refreshMs: number;
  readonly #trouble: Episode;
  /** What was written last. */
  #written = "";
  /** When what is there was looked at last, in milliseconds of the clock. */
  #checkedAt = -Infinity;
  /** Whether something has changed since the last attempt to write that it did not tell. */
  #hasNews = false;
  #writing: Promise<void> | undefined;

  /** @param options Where, and what. */
  constructor(options: StatusFileOptions) {
    this.#options = options;
    const intervalsMs = options.intervalSeconds * 1000 * REFRESH_INTERVALS;
    this.#refreshMs = Math.min(Math.max(intervalsMs, SHORTEST_MS), REFRESH_MS);
    this.#trouble = new Episode("Writing the status", options);
  }

  /**
   * Writes until the signal aborts.
   *
   * @param signal Ends the loop.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, vitals } = this.#options;
    let rest = new AbortController();
    // Without a reason each would make an error, with its stack.
    const endRest = () => rest.abort("there is news");
    const forget = vitals.onChange(() => {
      this.#hasNews = true;
      endRest();
    });
    signal.addEventListener("abort", endRest);
    try {
      while (!signal.aborted) {
        await orAborted(this.#write(undefined), signal);
        await clock.sleep(SHORTEST_MS, signal);
        rest = new AbortController();
        if (this.#hasNews || signal.aborted) continue;
        await clock.sleep(this.#refreshMs - SHORTEST_MS, rest.signal);
      }
    } finally {
      forget();
      signal.removeEventListener("abort", endRest);
    }
  }

  /**
   * Says that the sidecar has ended; a disk that hangs is not waited for.
   *
   * @param ending How.
   */
  async end(ending: Ending): Promise<void> {
    await settlesWithin(this.#ended(ending), END_PATIENCE_MS);
  }

  async #ended(ending: Ending): Promise<void> {
    await this.#writing;
    await this.#write(ending);
  }

  async #write(ending: Ending | undefined): Promise<void> {
    // While the disk hangs in one there is no second: it would hold a thread, too.
    this.#writing ??= this.#options.disk.take(() => this.#tryToWrite(ending))
      .finally(() => this.#writing = undefined);
    await this.#writing;
  }

  async #tryToWrite(ending: Ending | undefined): Promise<void> {
    const { file, vitals } = this.#options;
    this.#hasNews = false;
    try {
      await this.#refuseWhatIsAnothers({ isLast: ending !== undefined });
      this.#hasNews = false; // what has changed meanwhile is in it: the next beat, after the last
      const status = statusOf(vitals.signs(), {
        ...this.#options,
        refreshSeconds: this.#refreshMs / 1000,
        at: Date.now(),
        ending,
      });
      const text = `${JSON.stringify(status, null, 2)}\n`;
      // A power failure ends what it tells of; and nobody has asked for a folder.
      await writePrivateFile(file, text, { isDurable: false, makesFolder: false });
      this.#written = text;
      this.#trouble.succeeded();
    } catch (error) {
      const isSaid = error instanceof TypeError; // what is there instead, and what to do about it
      const problem = isSaid ? "" : `Cannot write the status to '${file}': `;
      this.#trouble.failed(
        `${problem}${reasonOf(error)}${remedy(error)}; beats go on, and it is tried again`,
        isSaid ? error.message : undefined,
      );
    }
  }

  /** Neither a link, nor another program's file, nor a younger sidecar's may be written over. */
  async #refuseWhatIsAnothers({ isLast }: { readonly isLast: boolean }): Promise<void> {
    const { clock, file } = this.#options;
    const now = clock.now();
    // Who ends may have a successor already, and would not write again what that has written.
    if (!isLast && now - this.#checkedAt < CHECK_MS) return;
    const found = await refuseForeignFile(file, this.#written);
    if (found !== undefined && found.ended === null) this.#refuseYounger(found);
    this.#checkedAt = now;
  }

  #refuseYounger(found: Status): void {
    const { file, vitals } = this.#options;
    // Only that tells two of them apart: in another container it may have the same process id, and
    // the file system may give its file the number that one of ours had.
    const isYounger = Date.parse(found.started_at) > vitals.startedAt;
    // One that wrote in the future did so before the clock was set back.
    const sinceMs = Math.abs(Date.now() - Date.parse(found.written_at));
    if (!isYounger || sinceMs > GONE_MS) return;
    throw new TypeError(
      `Cannot write the status to '${file}': the sidecar of workspace '${found.workspace_id}', ` +
        `process ${found.pid}, does: name another --status-file for one of them`,
    );
  }
}

function remedy(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return ": the manifest does not grant it: rebuild, or run with its grant";
  }
  if (error instanceof Deno.errors.NotFound) return ": make its folder";
  return "";
}
