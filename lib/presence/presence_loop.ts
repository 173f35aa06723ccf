import type { BeatWatch } from "../beat/mod.ts";
import type { Clock } from "../clock.ts";
import type { ExitCode } from "../exit_code.ts";
import { Episode, type Log } from "../log/mod.ts";
import {
  type Contact,
  FLEET_STEPS_MS,
  lastingTrouble,
  type Outcome,
  retryWait,
  type Sender,
  workspaceRequest,
} from "../platform/mod.ts";
import type { Vitals } from "../vitals/mod.ts";
import { BeatGap } from "./beat_gap.ts";
import { foundPresence, type RemovedPresence } from "./found_presence.ts";
import type { RegistrationResult } from "./registration.ts";
import { RegistrationEffort, type RegistrationEffortOptions } from "./registration_effort.ts";
import { Removal } from "./removal.ts";
import { Rest } from "./rest.ts";

/** So many accepted beats after the last look the platform is asked again. */
const BEATS_BETWEEN_LOOKS = 10;
/** So many refusals of the token in a row may mean that the workspace was removed; then every 20th. */
const REFUSALS = { first: 3, every: 20 } as const;
/** After so long without a beat the platform may have dropped the liveness key: it lives 180 s. */
const LONGEST_GAP_MS = 150_000;
/** Who beats as seldom as that has no gap between two beats that come in time. */
const GAP_INTERVALS = 1.2;
/**
 * When the look comes, and the registration that follows it, after a beat that ends such a gap, in
 * intervals: a fleet returns within one, and three requests of each at once would be too many.
 */
const LOOK_AFTER_GAP = { earliest: 0.2, latest: 1.4 } as const;
/** Until then nobody watches the workspace: who beats seldom does not wait for more than that. */
const LONGEST_GAP_INTERVAL_MS = 30_000;
/** A registration waits for the first beat, which needs no token yet, but no longer than this. */
const FIRST_BEAT_PATIENCE_MS = 1000;
/** For so long the platform is asked again soon when it does not say what became of the workspace. */
const URGENT_MS = 5 * 60_000;
/** A gateway that is being changed may know no workspace for an instant. */
const CONFIRM_MS = 10_000;

/** Options of {@linkcode PresenceLoop}. */
export interface PresenceLoopOptions {
  readonly workspaceId: string;
  /** Milliseconds between beats: who beats seldom has no gap between two of them. */
  readonly intervalMs: number;
  readonly sender: Sender;
  /**
   * Resolves when so many requests may be sent, or when the signal aborts.
   *
   * @default {at once}
   */
  readonly pace?: (requests: number, signal: AbortSignal) => Promise<void>;
  readonly contact: Contact;
  /** Registers the workspace; undefined when somebody else does. */
  readonly registration: RegistrationEffortOptions["registration"] | undefined;
  /** Whether a workspace that was removed is waited for. */
  readonly waitsForRestore: boolean;
  /** Learns that the workspace was removed, and is not waited for; it may not wait itself. */
  readonly onRemoved: () => void;
  /**
   * What is told whether the workspace is there.
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

/** What a look has found out, and done. */
interface Look {
  /** Whether the platform has said what it was asked for, and what was to be done is done. */
  readonly isDone: boolean;
  /** What became of the last request; undefined when something else than that has failed. */
  readonly outcome: Outcome | undefined;
  /** What became of the registration, where one was tried. */
  readonly result?: RegistrationResult | undefined;
}

/**
 * Knows whether the workspace is there: registers it, asks the platform for it now and then, and
 * keeps the beats back while it is removed. A beat alone tells nothing of that: it is accepted for
 * any workspace, and makes no liveness key (contract 1.1, 2).
 */
export class PresenceLoop implements BeatWatch {
  readonly #options: PresenceLoopOptions;
  readonly #random: () => number;
  readonly #effort: RegistrationEffort | undefined;
  readonly #removal: Removal;
  readonly #looking: Episode;
  readonly #gap: BeatGap;
  readonly #rest: Rest;
  #hasBeaten = false;
  #beats: number;
  #refusals = 0;
  #isAsked = false;
  #isDoubted = false;
  #urgentUntil = -Infinity;
  /** Before that nothing is asked. */
  #earliest = -Infinity;
  #failures = 0;
  #wake = () => {};

  /** @param options Which workspace, and who is told of its end. */
  constructor(options: PresenceLoopOptions) {
    const { clock, registration } = options;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#effort = registration && new RegistrationEffort({ ...options, registration });
    this.#removal = new Removal(options);
    this.#looking = new Episode("Asking for the workspace", options);
    this.#gap = new BeatGap(clock);
    this.#rest = new Rest(options.log);
    this.#beats = this.#spreadBeats();
  }

  /** @inheritdoc */
  async allowed(signal: AbortSignal): Promise<void> {
    await this.#removal.over(signal);
  }

  /** @inheritdoc */
  beatEnded({ kind }: Outcome): void {
    this.#removal.holdOn();
    if (kind === "ok") this.#beatAccepted();
    if (kind === "unauthorized") {
      const refusals = ++this.#refusals - REFUSALS.first;
      if (refusals >= 0 && refusals % REFUSALS.every === 0) this.refused();
    }
    if (kind === "gone" || kind === "not_found") this.refused();
    if (!this.#hasBeaten && this.#effort?.isWanted) this.#ask();
    this.#hasBeaten = true;
  }

  /** Learns that the platform refuses the workspace's requests: it may have been removed. */
  refused(): void {
    this.#urgentUntil = this.#options.clock.now() + URGENT_MS;
    this.#ask();
  }

  /**
   * Looks whenever there is reason to, and registers the workspace, until the signal aborts.
   *
   * @param signal Ends the loop.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, contact } = this.#options;
    this.#gap.end();
    this.#isDoubted = false;
    if (this.#removal.lasts) { // since a former run: it may be there again
      this.#removal.forget();
      this.#options.vitals?.workspaceFound("unknown", "");
      this.#ask();
    }
    let wait = this.#effort?.isWanted ? FIRST_BEAT_PATIENCE_MS : Infinity;
    while (!signal.aborted) {
      await this.#sleep(wait, signal);
      do {
        await clock.sleep(this.#earliest - clock.now(), signal);
        if (!this.#removal.lasts) await contact.regained(signal);
        // It may be the beat that ends a gap by which contact is regained.
      } while (!signal.aborted && clock.now() < this.#earliest);
      if (signal.aborted) return;
      wait = await this.#attend(signal);
    }
  }

  /**
   * Looks once, and registers the workspace if it is to be.
   *
   * @param signal Gives up.
   * @returns What stands in the way: that the workspace was removed, what became of a request, or, when
   * something else has failed, what to end with; undefined when all is well.
   */
  async once(signal: AbortSignal): Promise<Outcome | "removed" | ExitCode | undefined> {
    this.#isDoubted = true; // nobody will look again
    const { isDone, outcome, result } = await this.#look(signal);
    if (this.#removal.lasts) return "removed";
    if (isDone && result?.kind !== "refused") return undefined;
    return result?.kind === "failed" ? result.cause : outcome;
  }

  #beatAccepted(): void {
    const { clock, intervalMs, log } = this.#options;
    this.#refusals = 0;
    const gapMs = this.#gap.end();
    if (gapMs > Math.max(LONGEST_GAP_MS, GAP_INTERVALS * intervalMs)) {
      const what = `No beat was accepted for ${Math.round(gapMs / 1000)} s`;
      const isUnderWay = this.#effort?.isEager === true;
      if (this.#effort !== undefined) {
        log.info(`${what}: asking for the workspace, to register it again`);
        this.#effort.want();
      } else {
        log.warn(
          `${what}: the platform may not watch this workspace any more, since only a registration ` +
            "makes it: let the agent register, or use --register",
        );
      }
      const { earliest, latest } = LOOK_AFTER_GAP;
      const intervals = earliest + this.#random() * (latest - earliest);
      // Who is not even registered has waited for long enough.
      if (!isUnderWay) {
        this.#earliest = clock.now() + intervals * Math.min(intervalMs, LONGEST_GAP_INTERVAL_MS);
      }
      this.refused();
    }
    if (++this.#beats >= BEATS_BETWEEN_LOOKS) this.#ask();
  }

  /** Workspaces that have started or come back together do not all ask together again. */
  #spreadBeats(): number {
    return Math.floor(this.#random() * (BEATS_BETWEEN_LOOKS - 1));
  }

  #ask(): void {
    this.#isAsked = true;
    if (!this.#isDoubted) this.#wake(); // the second look comes when it is due
  }

  /** Sleeps, until somebody asks. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isAsked && !this.#isDoubted) return;
    const asked = Promise.withResolvers<void>();
    const end = new AbortController();
    const wake = () => {
      asked.resolve();
      end.abort("somebody asks"); // without a reason each would make an error, with its stack
    };
    this.#wake = wake;
    signal.addEventListener("abort", wake);
    await (ms === Infinity ? asked.promise : this.#options.clock.sleep(ms, end.signal));
    signal.removeEventListener("abort", wake);
    this.#wake = () => {};
  }

  /** Looks, and says how long to wait until the next try, where one is needed. */
  async #attend(signal: AbortSignal): Promise<number> {
    const { clock, intervalMs } = this.#options;
    this.#isAsked = false;
    this.#beats = this.#beats >= BEATS_BETWEEN_LOOKS ? 0 : this.#spreadBeats();
    const { isDone, outcome } = await this.#look(signal);
    if (this.#removal.lasts) return this.#removal.nextLookMs(this.#random());
    if (this.#isDoubted) return CONFIRM_MS;
    const isPressing = this.#effort?.isEager || clock.now() < this.#urgentUntil;
    if (isDone || !isPressing) {
      this.#failures = 0;
      this.#urgentUntil = -Infinity;
      return Infinity;
    }
    return retryWait({
      failures: ++this.#failures,
      steps: FLEET_STEPS_MS,
      retryAfterSeconds: outcome?.retryAfterSeconds,
      spreadMs: intervalMs,
      random: this.#random(),
    });
  }

  /** Asks the platform for the workspace, and does what follows. */
  async #look(signal: AbortSignal): Promise<Look> {
    const { pace, sender, vitals, workspaceId } = this.#options;
    const wasDoubted = this.#isDoubted;
    this.#isDoubted = false;
    await pace?.(this.#effort?.isWanted ? 2 : 1, signal);
    const prepared = await this.#effort?.prepare();
    const outcome = await sender.send(workspaceRequest(workspaceId), { signal });
    const found = foundPresence(outcome);
    switch (found.kind) {
      case "not_told": {
        // Who answers with something else than a workspace is not the platform.
        const answer: Outcome = outcome.kind === "ok" ? { ...outcome, kind: "misrouted" } : outcome;
        this.#tellOfSilence(found.detail, answer);
        return { isDone: false, outcome: answer };
      }
      case "removed":
        this.#remove(found);
        return { isDone: true, outcome };
      case "unknown_to_platform":
        if (!this.#removal.lasts && await this.#effort?.isFirst()) break;
        if (!wasDoubted && !this.#removal.lasts) return this.#doubt(found.detail, outcome);
        this.#remove(found);
        return { isDone: true, outcome };
      case "resting":
        this.#looking.succeeded();
        vitals?.workspaceFound("resting", found.status);
        this.#rest.is(found.status, { isWaiting: this.#effort?.isWanted === true });
        this.#restore(found.status);
        return { isDone: true, outcome };
      case "present":
        vitals?.workspaceFound("present", found.status);
        this.#rest.isOver(found.status);
        this.#restore(found.status);
    }
    this.#looking.succeeded();
    if (prepared === undefined || this.#effort === undefined) return { isDone: true, outcome };
    const result = await this.#effort.attempt(prepared, signal);
    switch (result.kind) {
      case "registered":
        return { isDone: true, outcome, result };
      case "refused":
        return { isDone: true, outcome: result.outcome, result };
      case "failed": {
        const { cause } = result;
        return { isDone: false, outcome: typeof cause === "number" ? undefined : cause, result };
      }
    }
  }

  /** The platform did not say whether the workspace is there. */
  #tellOfSilence(detail: string, outcome: Outcome): void {
    const trouble = lastingTrouble(outcome);
    const what = `platform does not say whether the workspace is there: ${detail}`;
    if (this.#removal.lasts) {
      this.#options.log.debug(`The ${what}; waiting for it`);
    } else if (this.#effort?.isWanted) {
      this.#effort.failed({ message: `the ${what}`, trouble });
    } else {
      this.#looking.failed(`The ${what}; beats go on`, trouble);
    }
  }

  /** Beats stop only when the platform says twice that it knows no such workspace. */
  #doubt(detail: string, outcome: Outcome): Look {
    this.#isDoubted = true;
    this.#options.log.warn(
      `The platform does not know the workspace (${detail}): asking once more in ` +
        `${CONFIRM_MS / 1000} s, before anything is stopped`,
    );
    return { isDone: false, outcome };
  }

  #remove(found: RemovedPresence): void {
    this.#looking.succeeded();
    this.#options.vitals?.workspaceFound("removed", "");
    this.#effort?.want(); // its tokens were revoked
    this.#removal.begin(found);
  }

  #restore(status: string): void {
    if (!this.#removal.lasts) return;
    this.#gap.end(); // that no beat was accepted meanwhile is no gap
    this.#removal.end(status);
  }
}
