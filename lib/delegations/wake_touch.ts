import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { retryWait } from "../platform/mod.ts";
import { counted, reasonOf } from "../text.ts";
import type { UnreadResults } from "./results_output.ts";
import type { TouchedFile } from "./wake_file.ts";

/** Options of {@linkcode WakeTouch}. */
export interface WakeTouchOptions {
  /** What is touched; undefined where nothing is to be. */
  readonly wakeFile: TouchedFile | undefined;
  /** Where the results are; an agent that has taken them already is told nothing. */
  readonly output: UnreadResults;
  readonly log: Log;
  readonly clock: Clock;
  /** Random numbers in [0, 1). */
  readonly random: () => number;
}

/** How long to try. */
export interface TouchEffort {
  /** Whether a disk that fails is tried again. */
  readonly retries: boolean;
  /** Whether it is time to give up, and wake the agent for more. */
  readonly isSuperseded: () => boolean;
  readonly signal: AbortSignal;
}

/** Tells a local agent of results that the platform cannot wake it for, since it polls. */
export class WakeTouch {
  readonly #options: WakeTouchOptions;
  readonly #trouble: Episode;
  #saidNone = false;

  /** @param options What to touch. */
  constructor(options: WakeTouchOptions) {
    this.#options = options;
    this.#trouble = new Episode("Touching the wake file", options);
  }

  /**
   * Touches the wake file. A disk that fails is tried again until it takes that, until the agent has
   * found the results by itself, or until the effort ends.
   *
   * @param count For how many results.
   * @param effort How long to try.
   * @returns Whether the agent has been told, as far as it can be, or needs not to be.
   */
  async touch(count: number, { isSuperseded, retries, signal }: TouchEffort): Promise<boolean> {
    const { clock, log, output, random, wakeFile } = this.#options;
    if (wakeFile === undefined) {
      if (!this.#saidNone) {
        log.warn(
          "The workspace polls for its messages: the agent finds wakes with its next poll, and is " +
            "not woken by them; --wake-file names a file to touch for it",
        );
      }
      this.#saidNone = true;
      return true;
    }
    while (!signal.aborted) {
      if (!await output.hasUnread()) {
        this.#trouble.end();
        return true;
      }
      try {
        await wakeFile.touch();
        this.#trouble.succeeded();
        log.info(
          `Touched ${wakeFile.name} for ${counted(count, "result")}: the workspace polls for its ` +
            "messages, so that the platform wakes nobody",
        );
        return true;
      } catch (error) {
        const isGranted = !(error instanceof Deno.errors.NotCapable);
        const next = isGranted ? "trying again" : "rebuild, or run with its grant";
        this.#trouble.failed(
          `Cannot touch the wake file ${wakeFile.name}: ${reasonOf(error)}: ${next}`,
        );
        if (!retries || !isGranted) return false;
        await clock.sleep(
          retryWait({ failures: this.#trouble.attempts, random: random() }),
          signal,
        );
        if (isSuperseded()) return false;
      }
    }
    return false;
  }

  /** The platform wakes the agent again: nothing is touched any more. */
  end(): void {
    this.#trouble.end();
  }
}
