/**
 * Time as the loops use it: monotonic, and drivable by tests.
 *
 * @module
 */

import { later } from "./later.ts";

/** Where durations and waits come from. */
export interface Clock {
  /** Milliseconds of a monotonic clock: only differences mean anything. */
  now(): number;
  /**
   * Waits, and resolves early (it never rejects) when the signal aborts.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted || ms <= 0) return resolve();
      const end = () => {
        cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const cancel = later(ms, end);
      signal.addEventListener("abort", end);
    }),
};

/**
 * Waits for something, but no longer than until the signal aborts. Nothing is left on the signal.
 *
 * @param promise What is waited for.
 * @param signal Ends the wait.
 */
export async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Waits for something, but not for ever.
 *
 * @param promise What is waited for.
 * @param ms The longest wait, in milliseconds.
 * @returns Whether it came in time.
 */
export async function settlesWithin(
  promise: Promise<unknown> | undefined,
  ms: number,
): Promise<boolean> {
  const patience = Promise.withResolvers<"late">();
  const cancel = later(ms, () => patience.resolve("late"));
  try {
    return await Promise.race([promise, patience.promise]) !== "late";
  } finally {
    cancel();
  }
}

/**
 * Does something that is not given up as soon as the signal aborts, but a while later: what has been
 * begun and cannot be repeated.
 *
 * @param signal Asks for an end; nothing is begun when it has aborted already.
 * @param graceMs How much later that is, in milliseconds.
 * @param work What is done, until the signal that it is given aborts.
 * @throws The signal's reason, when nothing was begun; and what the work throws.
 */
export async function withGrace<T>(
  signal: AbortSignal,
  graceMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const end = new AbortController();
  let cancel = () => {};
  const onAbort = () => {
    cancel = later(graceMs, () => end.abort(signal.reason));
  };
  signal.addEventListener("abort", onAbort);
  try {
    return await work(end.signal);
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
  }
}
