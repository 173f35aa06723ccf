/**
 * The file in which a sidecar says how it is.
 *
 * @module
 */

import { type Clock, orAborted, settlesWithin } from "./clock.ts";
import { Episode, type Log } from "./log/mod.ts";
import { writePrivateFile } from "./secrets/mod.ts";
import { type Ending, refuseForeignFile, statusOf, type StatusOptions } from "./status/mod.ts";
import { reasonOf } from "./text.ts";
import type { TurnTaking } from "./turns.ts";
import type { Vitals } from "./vitals/mod.ts";

/** It is not written more often. */
const SHORTEST_MS = 1000;
/** It is written so often at the least, and with every interval where that is shorter. */
const REFRESH_MS = 30_000;
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
 * every 30 s at the least. A disk that does not take it is told of once; nothing waits for it.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 */
export class StatusFile {
  readonly #options: StatusFileOptions;
  readonly #refreshMs: number;
  readonly #trouble: Episode;
  /** The file as it was written last. */
  #written: Deno.FileInfo | undefined;
  /** Whether something has changed since the last attempt to write that it did not tell. */
  #hasNews = false;
  #writing: Promise<void> | undefined;

  /** @param options Where, and what. */
  constructor(options: StatusFileOptions) {
    this.#options = options;
    this.#refreshMs = Math.min(Math.max(options.intervalSeconds * 1000, SHORTEST_MS), REFRESH_MS);
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
    const endRest = () => rest.abort();
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
        // The end of a beat and the plan of the next are told one right after the other.
        await new Promise<void>((resolve) => setTimeout(resolve));
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
      await this.#refuseWhatIsAnothers();
      this.#hasNews = false; // what has changed meanwhile is in it: the next beat, after the last
      const status = statusOf(vitals.signs(), {
        ...this.#options,
        refreshSeconds: this.#refreshMs / 1000,
        at: Date.now(),
        ending,
      });
      const text = `${JSON.stringify(status, null, 2)}\n`;
      // A power failure ends what it tells of; and nobody has asked for a folder.
      await writePrivateFile(file, text, {
        isDurable: false,
        makesFolder: false,
        onMade: (made) => this.#written = made,
      });
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
  async #refuseWhatIsAnothers(): Promise<void> {
    const { file, vitals } = this.#options;
    const found = await refuseForeignFile(file, (there) => isSameFile(there, this.#written));
    if (found === undefined || found.ended !== null) return;
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

/** Whether nobody has written a file since, nor put another one in its place. */
function isSameFile(there: Deno.FileInfo, then: Deno.FileInfo | undefined): boolean {
  return then !== undefined && there.ino === then.ino && there.dev === then.dev &&
    there.size === then.size && there.mtime?.getTime() === then.mtime?.getTime();
}

function remedy(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return ": the manifest does not grant it: rebuild, or run with its grant";
  }
  if (error instanceof Deno.errors.NotFound) return ": make its folder";
  return "";
}
