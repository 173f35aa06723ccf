import type { BeatWatch } from "../beat/mod.ts";
import type { Clock } from "../clock.ts";
import type { ExitCode } from "../exit_code.ts";
import type { Log } from "../log/mod.ts";
import {
  type Contact,
  FLEET_STEPS_MS,
  type Outcome,
  retryWait,
  type Sender,
} from "../platform/mod.ts";
import type { Vitals } from "../vitals/mod.ts";
import { BeatGap } from "./beat_gap.ts";
import { CONFIRM_MS, Looks } from "./looks.ts";
import { RegistrationEffort, type RegistrationEffortOptions } from "./registration_effort.ts";
import { Removal } from "./removal.ts";

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
  readonly #looks: Looks;
  readonly #gap: BeatGap;
  #hasBeaten = false;
  #beats: number;
  #refusals = 0;
  #isAsked = false;
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
    this.#gap = new BeatGap(clock);
    this.#looks = new Looks({
      ...options,
      effort: this.#effort,
      removal: this.#removal,
      onRestored: () => void this.#gap.end(), // that no beat was accepted meanwhile is no gap
    });
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
    this.#looks.begin();
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
    const { isDone, outcome, result } = await this.#looks.look(signal, { isLast: true });
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
    if (!this.#looks.isInDoubt) this.#wake(); // the second look comes when it is due
  }

  /** Sleeps, until somebody asks. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isAsked && !this.#looks.isInDoubt) return;
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
    const { isDone, outcome } = await this.#looks.look(signal);
    if (this.#removal.lasts) return this.#removal.nextLookMs(this.#random());
    if (this.#looks.isInDoubt) return CONFIRM_MS;
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
}
