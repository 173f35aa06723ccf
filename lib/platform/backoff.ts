/** The first step of the waits after a failure, in milliseconds (design.md, promise 1). */
const FIRST_STEP_MS = 1000;
/** The longest step: the platform gives a silent workspace up after 90 s (contract 2). */
const LONGEST_STEP_MS = 30_000;
/** The longest wait that a platform can ask for. */
const LONGEST_ASKED_WAIT_SECONDS = 60;

/** What a wait after a failure depends on. */
export interface RetryWaitOptions {
  /** How many attempts have failed in a row; at least 1. */
  readonly failures: number;
  /** The longest step in milliseconds, where it is less than 30 s: the interval between beats. */
  readonly longestMs?: number;
  /** What the platform asked for with `Retry-After`; more than 60 s counts as 60 s. */
  readonly retryAfterSeconds?: number | undefined;
  /** A random number in [0, 1). */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds: steps from 1 s, doubling, each wait a
 * random point between half and the whole of its step, so that a fleet does not return as one.
 *
 * @param options The failures so far, the cap, and what the platform asked for.
 *
 * @example
 * ```ts
 * import { retryWait } from "./backoff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(retryWait({ failures: 1, random: 0 }), 500);
 * assertEquals(retryWait({ failures: 4, random: 0 }), 4000);
 * assertEquals(retryWait({ failures: 1, retryAfterSeconds: 20, random: 0 }), 20_000);
 * ```
 */
export function retryWait(options: RetryWaitOptions): number {
  const { failures, longestMs = LONGEST_STEP_MS, retryAfterSeconds = 0, random } = options;
  const step = Math.min(
    FIRST_STEP_MS * 2 ** Math.min(failures - 1, 16),
    longestMs,
    LONGEST_STEP_MS,
  );
  return Math.max(step * (0.5 + random / 2), askedWait(retryAfterSeconds));
}

/**
 * How long the platform asked to wait, in milliseconds, as far as that is honoured: 60 s.
 *
 * @param retryAfterSeconds What `Retry-After` said; 0 when it said nothing.
 */
export function askedWait(retryAfterSeconds = 0): number {
  return Math.min(retryAfterSeconds, LONGEST_ASKED_WAIT_SECONDS) * 1000;
}
