import type { Clock } from "../clock.ts";
import { Episode, type Log, type Secrets } from "../log/mod.ts";
import {
  type Contact,
  FLEET_STEPS_MS,
  heartbeatRequest,
  isUnreachable,
  lastingTrouble,
  type Outcome,
  parseGeneration,
  retryWait,
  type Sender,
} from "../platform/mod.ts";
import type { AgentState, Report } from "../report/mod.ts";
import { nextTurn, ownPlaces } from "../schedule.ts";
import { traced } from "../tracing.ts";
import type { Vitals } from "../vitals/mod.ts";
import { type BeatBody, beatBody } from "./body.ts";
import { BodyFit } from "./body_fit.ts";

/** Who knows whether the workspace is there, and learns from the beats. */
export interface BeatWatch {
  /**
   * Resolves when beats may be sent (at once, but for a workspace that was removed), or when the
   * signal aborts.
   */
  allowed(signal: AbortSignal): Promise<void>;
  /** Learns what became of a beat; it may not wait for anything. */
  beatEnded(outcome: Outcome): void;
}

/** Options of {@linkcode BeatLoop}. */
export interface BeatLoopOptions {
  readonly workspaceId: string;
  /** Milliseconds between beats. */
  readonly intervalMs: number;
  /**
   * When the second beat comes, as a part of the interval after the first: that is the place on the grid
   * that all later ones keep.
   *
   * @default {anywhere in the interval}
   */
  readonly place?: number;
  readonly sender: Sender;
  /** What the beats carry. */
  readonly report: Report;
  /** What no beat may show. */
  readonly secrets: Secrets;
  /** Learns whether the platform can be reached. */
  readonly contact: Contact;
  /** Receives the JSON of each accepted beat's answer; it may not wait for anything. */
  readonly onAccepted: (answer: unknown) => void;
  /**
   * Who knows whether the workspace is there.
   *
   * @default {nobody}
   */
  readonly watch?: BeatWatch;
  /**
   * What is told of each beat.
   *
   * @default {nobody}
   */
  readonly vitals?: Vitals;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * Random numbers in [0, 1).
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** The least time between two beats that are sent for news alone. */
const NEWS_EVERY_MS = 1000;
/** From the third refusal of the token in a row on, and then with every 20th, it is an error. */
const REFUSALS = { urgentFrom: 3, urgentEvery: 20 } as const;

/**
 * Tells the platform "alive, this is what I am doing": at once, then somewhere in the next interval,
 * from there on every interval, and in between when there is news that cannot wait. It waits for
 * nothing but the platform, is never in flight twice, and never gives up.
 */
export class BeatLoop {
  readonly #options: BeatLoopOptions;
  readonly #random: () => number;
  readonly #place: number;
  readonly #startedAt: number;
  readonly #outage: Episode;
  /** What the platform knows of that cannot wait, as of the last accepted beat. */
  #known = "";
  #newsAllowedAt = -Infinity;
  readonly #fit: BodyFit;
  #generation: number | undefined;
  #refusals = 0;

  /** @param options What to send, where, and how often. */
  constructor(options: BeatLoopOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#place = options.place ?? ownPlaces(this.#random()).beat;
    this.#startedAt = options.clock.now();
    this.#outage = new Episode("Beats", options);
    this.#fit = new BodyFit(() => options.clock.now());
  }

  /**
   * Beats until the signal aborts.
   *
   * @param signal Ends the loop, and gives up a beat that is under way.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, watch } = this.#options;
    let due = clock.now();
    const gridStart = due + this.#place * intervalMs;
    let isForNews = false;
    while (!signal.aborted) {
      if (watch !== undefined) await watch.allowed(signal);
      if (signal.aborted) return;
      const began = clock.now();
      if (isForNews) this.#newsAllowedAt = began + NEWS_EVERY_MS;
      const { kind, retryAfterSeconds } = await this.beat(signal);
      if (signal.aborted) return;
      if (kind !== "ok") {
        due = clock.now() + retryWait({
          failures: this.#outage.attempts,
          steps: FLEET_STEPS_MS,
          longestMs: intervalMs,
          tookMs: clock.now() - began,
          retryAfterSeconds,
          spreadMs: intervalMs,
          random: this.#random(),
        });
      } else if (!isForNews) {
        due = nextTurn({ gridStart, intervalMs, last: began, random: this.#random() });
      }
      this.#options.vitals?.beatPlanned(due);
      // Who was refused waits, news or not: the retry carries it.
      isForNews = await this.#rest(due, signal, { hearsNews: kind === "ok" });
    }
  }

  /**
   * Sleeps until the next turn is due, or until there is news that cannot wait for it.
   *
   * @returns Whether it is news that ended the rest.
   */
  async #rest(
    due: number,
    signal: AbortSignal,
    { hearsNews }: { readonly hearsNews: boolean },
  ): Promise<boolean> {
    const { clock, report } = this.#options;
    const hasNews = () => hearsNews && urgentPart(report.snapshot()) !== this.#known;
    while (!signal.aborted) {
      const had = hasNews();
      const isForNews = had && this.#newsAllowedAt < due;
      const until = isForNews ? this.#newsAllowedAt : due;
      const end = new AbortController();
      const onAbort = () => end.abort();
      const forget = report.onChange(() => {
        if (hasNews() !== had) end.abort();
      });
      signal.addEventListener("abort", onAbort);
      await clock.sleep(until - clock.now(), end.signal);
      signal.removeEventListener("abort", onAbort);
      forget();
      // Who changes all the time may not keep a beat away whose turn has come.
      if (!end.signal.aborted || clock.now() >= until) return isForNews;
    }
    return false;
  }

  /**
   * Sends one beat, and acts on what became of it.
   *
   * @param signal Gives the beat up; the outcome is then of no meaning.
   * @returns What became of it.
   */
  async beat(signal: AbortSignal): Promise<Outcome> {
    const { clock, contact, log, onAccepted, report, secrets, workspaceId } = this.#options;
    const { vitals, watch } = this.#options;
    const carried = report.snapshot();
    const urgent = urgentPart(carried);
    const body = beatBody(carried, {
      workspaceId,
      uptimeMs: clock.now() - this.#startedAt,
      observedGeneration: this.#generation,
      secrets,
    });
    const began = clock.now();
    vitals?.beatBegan();
    const outcome = await traced("beat", workspaceId, async (notes) => {
      const outcome = await this.#send(body, signal);
      notes.ended(outcome);
      return outcome;
    });
    const seconds = (clock.now() - began) / 1000;
    // Where there is room for few requests, beats go first.
    contact.record(!isUnreachable(outcome) && outcome.kind !== "rate_limited");
    if (outcome.kind === "ok") {
      report.accepted(carried);
      this.#known = urgent;
      this.#generation = parseGeneration(outcome.body);
      onAccepted(outcome.body);
      this.#refusals = 0;
      this.#outage.succeeded();
      const news = this.#fit.accepted(body);
      if (news?.isTrimmed) log.error(news.message);
      else if (news !== undefined) log.info(news.message);
    } else {
      if (outcome.kind !== "rejected") this.#fit.failed();
      this.#failed(outcome);
    }
    watch?.beatEnded(outcome);
    vitals?.beatEnded(outcome, seconds);
    return outcome;
  }

  /** Sends the body; where the platform refuses it, without what it can do without. */
  async #send(body: BeatBody, signal: AbortSignal): Promise<Outcome> {
    const { sender } = this.#options;
    let sent: object | undefined = this.#fit.begin(body);
    let outcome = await sender.send(heartbeatRequest(sent), { signal });
    while (outcome.kind === "rejected") {
      sent = this.#fit.refused(body);
      if (sent === undefined) return outcome;
      outcome = await sender.send(heartbeatRequest(sent), { signal });
    }
    return outcome;
  }

  #failed(outcome: Outcome): void {
    const isRefusal = outcome.kind === "unauthorized";
    if (isRefusal) this.#refusals++;
    const { urgentEvery, urgentFrom } = REFUSALS;
    const isUrgent = isRefusal && this.#refusals >= urgentFrom &&
      (this.#refusals - urgentFrom) % urgentEvery === 0;
    const times = isUrgent ? ` (${this.#refusals} times in a row)` : "";
    this.#outage.failed(
      `The beat failed: ${outcome.detail}${remedy(outcome)}${times}`,
      lastingTrouble(outcome),
      { isUrgent },
    );
  }
}

/** The part of a state whose change the platform acts on: task, wedge and idle time-out. */
function urgentPart(state: AgentState): string {
  const { activeTasks, currentTask, idleTimeoutSeconds, wedgeReason } = state;
  return JSON.stringify([activeTasks, currentTask, wedgeReason, idleTimeoutSeconds]);
}

/** What a person has to do about a failure, where waiting does not help. */
function remedy({ kind }: Outcome): string {
  switch (kind) {
    case "unauthorized":
      return ": the platform refuses the token: put the workspace's live token into the token " +
        "file (its settings on the platform make a new one); it is read again before every retry";
    case "rejected":
      return ": the platform does not understand the body: it may be of another version";
    case "not_granted":
      return ": the manifest does not grant this platform: rebuild, or run with --allow-net for it";
    case "gone":
      return ": the workspace was removed; asking the platform for it";
    case "not_found":
      return ": the workspace may have been removed; asking the platform for it";
    default:
      return "; retrying";
  }
}
