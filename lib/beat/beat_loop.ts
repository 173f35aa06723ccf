import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import {
  type Contact,
  heartbeatRequest,
  isUnreachable,
  type Outcome,
  retryWait,
  type Sender,
} from "../platform/mod.ts";
import type { Report } from "../report/mod.ts";
import { nextTurn } from "../schedule.ts";
import { beatBody } from "./body.ts";

/** Options of {@linkcode BeatLoop}. */
export interface BeatLoopOptions {
  readonly workspaceId: string;
  /** Milliseconds between beats. */
  readonly intervalMs: number;
  readonly sender: Sender;
  /** What the beats carry. */
  readonly report: Report;
  /** Learns whether the platform can be reached. */
  readonly contact: Contact;
  /** Receives the JSON of each accepted beat's answer; it may not wait for anything. */
  readonly onAccepted: (answer: unknown) => void;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * Random numbers in [0, 1).
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** However long the failed attempt took, there is a pause before the next. */
const SHORTEST_STEP_MS = 1000;

/**
 * Tells the platform "alive, this is what I am doing": at once, then every interval. It waits for
 * nothing but the platform, is never in flight twice, and never gives up.
 */
export class BeatLoop {
  readonly #options: BeatLoopOptions;
  readonly #random: () => number;
  readonly #startedAt: number;
  readonly #outage: Episode;

  /** @param options What to send, where, and how often. */
  constructor(options: BeatLoopOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#startedAt = options.clock.now();
    this.#outage = new Episode("Beats", options);
  }

  /**
   * Beats until the signal aborts.
   *
   * @param signal Ends the loop, and gives up a beat that is under way.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const gridStart = clock.now();
    while (!signal.aborted) {
      const began = clock.now();
      const outcome = await this.beat(signal);
      if (signal.aborted) return;
      const random = this.#random();
      const wait = outcome.kind === "ok"
        ? nextTurn({ gridStart, intervalMs, last: began, random }) - clock.now()
        : retryWait({
          failures: this.#outage.attempts,
          // An attempt that hangs until its deadline may not make the silence longer.
          longestMs: Math.max(intervalMs - (clock.now() - began), SHORTEST_STEP_MS),
          retryAfterSeconds: outcome.retryAfterSeconds,
          random,
        });
      await clock.sleep(wait, signal);
    }
  }

  /**
   * Sends one beat, and acts on what became of it.
   *
   * @param signal Gives the beat up; the outcome is then of no meaning.
   * @returns What became of it.
   */
  async beat(signal: AbortSignal): Promise<Outcome> {
    const { clock, contact, onAccepted, report, sender, workspaceId } = this.#options;
    const carried = report.snapshot();
    const body = beatBody(workspaceId, carried, clock.now() - this.#startedAt);
    const outcome = await sender.send(heartbeatRequest(body), { signal });
    contact.record(!isUnreachable(outcome));
    if (outcome.kind === "ok") {
      report.accepted(carried);
      onAccepted(outcome.body);
      this.#outage.succeeded();
    } else {
      this.#outage.failed(`The beat failed: ${outcome.detail}${remedy(outcome)}`, kind(outcome));
    }
    return outcome;
  }
}

/** What a person has to do about a failure, where waiting does not help. */
function remedy({ kind }: Outcome): string {
  switch (kind) {
    case "unauthorized":
      return ": the platform refuses the token: put the workspace's live token into the token " +
        "file; it is read again before every retry";
    case "rejected":
      return ": the platform does not understand the body: it may be of another version";
    case "not_granted":
      return ": the manifest does not grant this platform: rebuild, or run with --allow-net for it";
    case "gone":
      return ": the workspace was removed";
    default:
      return "; retrying";
  }
}

/** Failures that somebody must act on are told even in the middle of an outage. */
function kind(outcome: Outcome): string | undefined {
  const passes = ["unavailable", "unreachable", "timed_out", "rate_limited", "busy", "oversized"];
  return passes.includes(outcome.kind) ? undefined : outcome.kind;
}
