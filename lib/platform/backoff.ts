/** The steps of the waits after a failure, in milliseconds; the last one stays. */
const STEPS_MS: readonly number[] = [1000, 2000, 4000, 8000, 16_000, 30_000];
/**
 * The same for what every workspace of a fleet tries again when an outage ends: beats, and looks for the
 * workspace. Few attempts come soon, since each of them adds once more the rate of the beats to what a
 * fleet sends at the end of an outage of seconds. The last step is the longest time from one attempt to
 * the next: who has beaten up to 33 s before an outage of 119 s is back before the platform gives it
 * up, after 180 s (contract 2).
 */
export const FLEET_STEPS_MS: readonly number[] = [1000, 12_000, 24_000];
/**
 * The part of a wait that is not asked for is no longer: where others use up most of what the platform
 * lets through from an address in a minute, who comes late is refused for another one.
 */
const LONGEST_SPREAD_MS = 6000;
/** However long an attempt took, there is a pause before the next. */
const SHORTEST_STEP_MS = 1000;
/** The longest wait that a platform can ask for. */
const LONGEST_ASKED_WAIT_SECONDS = 60;
/** Who is refused again and again comes back sooner after the wait that is asked for. */
const SOONER = 4;

/** What a wait after a failure depends on. */
export interface RetryWaitOptions {
  /** How many attempts have failed in a row; at least 1. */
  readonly failures: number;
  /**
   * The steps in milliseconds; the last one stays.
   *
   * @default {1 s, doubling, up to 30 s}
   */
  readonly steps?: readonly number[];
  /** The longest step in milliseconds, where it is less than the last one: the interval between beats. */
  readonly longestMs?: number;
  /**
   * How long the failed attempt took, in milliseconds: one that hangs until its deadline may not make
   * the time from one attempt to the next longer than the longest step.
   *
   * @default {0}
   */
  readonly tookMs?: number;
  /** What the platform asked for with `Retry-After`; more than 60 s counts as 60 s. */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * How much longer than it was asked for it may wait after the first failure, in milliseconds, up to
   * 6 s: all whom the platform refuses in a minute are asked to come back at the same instant. With each
   * further failure it is a quarter of that, since those who were refused longest have the least time
   * left.
   *
   * @default {0}
   */
  readonly spreadMs?: number;
  /** A random number in [0, 1). */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds: each wait is a random point between half
 * and the whole of its step, so that a fleet does not return as one. What the platform asked for is
 * never undercut.
 *
 * @param options The failures so far, the cap, and what the platform asked for.
 *
 * @example
 * ```ts
 * import { FLEET_STEPS_MS, retryWait } from "./backoff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(retryWait({ failures: 1, random: 0 }), 500);
 * assertEquals(retryWait({ failures: 4, random: 0 }), 4000);
 * assertEquals(retryWait({ failures: 4, steps: FLEET_STEPS_MS, random: 0 }), 12_000);
 * assertEquals(retryWait({ failures: 1, retryAfterSeconds: 20, random: 0 }), 20_000);
 * const asked = { failures: 1, retryAfterSeconds: 20, spreadMs: 30_000 };
 * assertEquals(retryWait({ ...asked, random: 0.5 }), 23_000);
 * ```
 */
export function retryWait(options: RetryWaitOptions): number {
  const { failures, longestMs = Infinity, random, spreadMs = 0, steps = STEPS_MS } = options;
  const last = steps.at(-1) ?? SHORTEST_STEP_MS;
  const longest = Math.min(longestMs, last) - (options.tookMs ?? 0);
  const step = Math.min(steps[failures - 1] ?? last, Math.max(longest, SHORTEST_STEP_MS));
  const wait = step * (0.5 + random / 2);
  const asked = askedWait(options.retryAfterSeconds);
  if (asked === 0) return wait;
  const spread = Math.min(spreadMs, LONGEST_SPREAD_MS) / SOONER ** (failures - 1);
  return Math.max(wait, asked + random * spread);
}

/**
 * How long the platform asked to wait, in milliseconds, as far as that is honoured: 60 s.
 *
 * @param retryAfterSeconds What `Retry-After` said; 0 when it said nothing.
 */
export function askedWait(retryAfterSeconds = 0): number {
  return Math.min(retryAfterSeconds, LONGEST_ASKED_WAIT_SECONDS) * 1000;
}
