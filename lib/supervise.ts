import type { Clock } from "./clock.ts";
import type { Log } from "./log/mod.ts";
import { retryWait } from "./platform/mod.ts";
import { reasonOf } from "./text.ts";

/** Something that runs until it is told to stop. */
export interface Loop {
  /** What to call it when it crashes. */
  readonly name: string;
  /** Runs until the signal aborts; it may then reject or resolve. */
  run(signal: AbortSignal): Promise<void>;
}

/** A loop that has run for this long had recovered from its last crash. */
const SOUND_AFTER_MS = 60_000;

/** Options of {@linkcode supervise}. */
export interface SuperviseOptions {
  /** Ends all loops. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * Random numbers in [0, 1).
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/**
 * Runs loops until the signal aborts. One that crashes, or ends by itself, is started again after
 * a growing wait, and an error names it; the others do not notice.
 *
 * @param loops The loops.
 * @param options The signal, and where to log.
 */
export async function supervise(loops: readonly Loop[], options: SuperviseOptions): Promise<void> {
  await Promise.all(loops.map((loop) => keepRunning(loop, options)));
}

async function keepRunning(loop: Loop, options: SuperviseOptions): Promise<void> {
  const { clock, log, signal, random = Math.random } = options;
  let crashes = 0;
  while (!signal.aborted) {
    const began = clock.now();
    let why = "it ended by itself";
    try {
      await loop.run(signal);
    } catch (error) {
      why = reasonOf(error);
    }
    if (signal.aborted) return;
    crashes = clock.now() - began > SOUND_AFTER_MS ? 1 : crashes + 1;
    const wait = retryWait({ failures: crashes, random: random() });
    log.error(
      `The ${loop.name} loop crashed: ${why}; it is started again in ${(wait / 1000).toFixed(1)} s`,
    );
    await clock.sleep(wait, signal);
  }
}
