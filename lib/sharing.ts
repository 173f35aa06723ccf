/**
 * What the sidecars of one process share, so that none of them takes what the others need.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { Pace } from "./pace.ts";
import { Turns, type TurnTaking } from "./turns.ts";

/** What one sidecar may take of what it shares with the others of its process. */
export interface Sharing {
  /** Lets it use the disk: a disk that hangs may not hold all of the process's threads. */
  readonly disk: TurnTaking;
  /** Lets it look for its token, whatever else it is doing with the disk. */
  readonly tokenDisk: TurnTaking;
  /**
   * Resolves when it may send so many requests that are no beats, or when the signal aborts: the
   * platform counts the requests of all of them together.
   */
  readonly pace: (requests: number, signal: AbortSignal) => Promise<void>;
  /** Seconds between its polls for results; undefined for as many as between its beats. */
  readonly pollIntervalSeconds: number | undefined;
  /**
   * Which part of the time between two beats is its own: they start one after another, evenly over that
   * time.
   */
  readonly slot: number;
  /**
   * When its first poll comes, as a part of the time between two; undefined for half an interval away
   * from its beats.
   */
  readonly pollPhase: number | undefined;
  /** Milliseconds between its looks at the report file. */
  readonly reportLookMs: number;
  /** How many bytes of results it keeps in memory while they cannot be written. */
  readonly waitingBytes: number;
}

const REPORT_LOOK_MS = 250;
const WAITING_BYTES = 4 * 1024 * 1024;

/** What a sidecar has for itself that is alone in its process. */
export const ALONE: Sharing = {
  disk: new Turns(Infinity),
  tokenDisk: new Turns(Infinity),
  pace: () => Promise.resolve(),
  pollIntervalSeconds: undefined,
  slot: 1,
  pollPhase: undefined,
  reportLookMs: REPORT_LOOK_MS,
  waitingBytes: WAITING_BYTES,
};

/**
 * Deno has 32 threads for whatever waits for a disk, and needs some of them to look up names and to
 * write the log.
 */
const DISK_THREADS = 13;
/** Looks for tokens have as many of their own: every request waits for one. */
const TOKEN_THREADS = 13;
/**
 * By default the platform lets 600 requests a minute through from one address (contract 1.0), and who
 * asks for more is kept waiting for up to a minute.
 */
const REQUESTS_A_MINUTE = 570;
/** So many for results leave room for the beats, and for a look with every tenth of them. */
const POLLS_A_MINUTE = 100;
const MOST_BEATS_A_MINUTE = 450;
/** However many beats there are, looks and polls go on. */
const LEAST_A_MINUTE = 60;
/** What a look at that many files costs is nothing; 200 every quarter of a second are a part of a core. */
const LOOKS_AT_ONCE = 25;
const ALL_WAITING_BYTES = 64 * 1024 * 1024;

/** How much there is to share. */
export interface ShareOptions {
  /** Seconds between the beats of one. */
  readonly intervalSeconds: number;
  /** Whether a poll also asks for messages, which is a request more. */
  readonly usesActivity?: boolean;
  readonly clock: Clock;
}

/**
 * Divides what there is among several sidecars.
 *
 * @param those Whoever has a sidecar, in the order in which they start.
 * @param options How often they beat, and what they ask for.
 * @returns Each of them, with what it may take.
 */
export function shareAmong<T>(
  those: readonly T[],
  options: ShareOptions,
): (readonly [T, Sharing])[] {
  const { clock, intervalSeconds, usesActivity = false } = options;
  const count = those.length;
  const beats = count * 60 / intervalSeconds;
  const pace = new Pace(Math.max(REQUESTS_A_MINUTE - beats, LEAST_A_MINUTE) / 60, clock);
  const threads = new Turns(DISK_THREADS);
  const tokenDisk = new Turns(TOKEN_THREADS);
  const requests = count * (usesActivity ? 2 : 1);
  const pollIntervalSeconds = Math.max(intervalSeconds, requests * 60 / POLLS_A_MINUTE);
  // They start spread over the time between two beats, and poll spread over that between two polls.
  const lateness = (pollIntervalSeconds - intervalSeconds) / pollIntervalSeconds;
  return those.map((one, place) => {
    const own = new Turns();
    return [one, {
      disk: { take: (work) => own.take(() => threads.take(work)) },
      tokenDisk,
      pace: (requests, signal) => pace.turn(requests, signal),
      pollIntervalSeconds,
      slot: 1 / count,
      pollPhase: lateness === 0 ? undefined : lateness * place / count,
      reportLookMs: REPORT_LOOK_MS * Math.ceil(count / LOOKS_AT_ONCE),
      waitingBytes: Math.min(WAITING_BYTES, Math.ceil(ALL_WAITING_BYTES / count)),
    }];
  });
}

/**
 * Says that there are more beats than the platform lets through.
 *
 * @param count How many workspaces there are.
 * @param intervalSeconds Seconds between the beats of one.
 * @returns What to do about it; undefined when all is well.
 */
export function tooManyBeats(count: number, intervalSeconds: number): string | undefined {
  const beats = Math.round(count * 60 / intervalSeconds);
  if (beats <= MOST_BEATS_A_MINUTE) return undefined;
  return `${count} workspaces that beat every ${intervalSeconds} s make ${beats} requests a ` +
    "minute, beside those for results, and by default the platform lets 600 through from one " +
    "address: raise its RATE_LIMIT, or keep them alive from several addresses";
}
