import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { DEFAULT_WAKES_PER_HOUR } from "../config/mod.ts";
import { type Contact, retryWait, type Sender, wakeRequest } from "../platform/mod.ts";
import { counted } from "../text.ts";
import { traced } from "../tracing.ts";
import type { Vitals } from "../vitals/mod.ts";
import { Inbox } from "./_inbox.ts";
import type { Parent } from "./parent.ts";
import type { ResultName } from "./result.ts";
import type { UnreadResults } from "./results_output.ts";
import { WakeBudget } from "./wake_budget.ts";
import { wakeDisposition } from "./wake_disposition.ts";
import type { TouchedFile } from "./wake_file.ts";
import { WakeTouch } from "./wake_touch.ts";
import { wakeBody, wakeMessageId, wakeText } from "./wake_message.ts";

/** The least time from one wake to the next. */
const COOLDOWN_MS = 60_000;
/** A turn may take hours: an agent that stays busy is asked less and less often, up to this. */
const LONGEST_BUSY_WAIT_MS = 5 * 60_000;
/** Who has not been at the limit of an hour's wakes for so long is in a loop no more. */
const LOOP_IS_OVER_MS = 2 * 60 * 60 * 1000;
/** As many as the journal remembers; a wake only counts them. */
const MOST_GATHERED = 2000;

/** Options of {@linkcode WakeLoop}. */
export interface WakeLoopOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
  readonly contact: Contact;
  readonly parent: Parent;
  /** Where the results are; an agent that has taken them already is not woken for them. */
  readonly output: UnreadResults;
  /**
   * What is touched for an agent that polls for its messages.
   *
   * @default {nothing}
   */
  readonly wakeFile?: TouchedFile | undefined;
  /**
   * When former processes have woken the agent, in epoch milliseconds, oldest first; asked for
   * when there is something to wake for.
   *
   * @default {never}
   */
  readonly wakesBefore?: () => readonly number[];
  /** Writes down, before it is sent, that the agent is woken now. */
  readonly onWake?: () => Promise<void>;
  /** Writes down that the agent has been woken for these, or has taken them without. */
  readonly onWoken: (results: readonly ResultName[]) => Promise<void>;
  /**
   * What is told of each wake.
   *
   * @default {nobody}
   */
  readonly vitals?: Vitals;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * The least time from one wake to the next, in milliseconds.
   *
   * @default {60_000}
   */
  readonly cooldownMs?: number;
  /**
   * The most wakes in any hour.
   *
   * @default {30}
   */
  readonly wakesPerHour?: number;
  /**
   * Random numbers in [0, 1).
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/**
 * Wakes the agent when there are results for it. Results that arrive while a wake is under way or
 * shortly after it are gathered, and cause exactly one more.
 */
export class WakeLoop {
  readonly #options: WakeLoopOptions;
  readonly #cooldownMs: number;
  readonly #random: () => number;
  readonly #inbox = new Inbox<ResultName>();
  readonly #trouble: Episode;
  readonly #touching: WakeTouch;
  #budget: WakeBudget | undefined;
  #overBudgetAt = -Infinity;
  #lastWakeAt: number | undefined;

  /** @param options Whom to wake, and how. */
  constructor(options: WakeLoopOptions) {
    this.#options = options;
    this.#cooldownMs = options.cooldownMs ?? COOLDOWN_MS;
    this.#random = options.random ?? Math.random;
    this.#trouble = new Episode("Waking the agent", options);
    const { wakeFile } = options;
    this.#touching = new WakeTouch({ ...options, wakeFile, random: this.#random });
  }

  /**
   * Asks for the agent to be woken; returns at once.
   *
   * @param results What has been delivered to the results file.
   */
  add(results: readonly ResultName[]): void {
    this.#inbox.add(results.map(({ delegationId, status }) => ({ delegationId, status })));
    this.#inbox.drop(MOST_GATHERED);
  }

  /**
   * Wakes the agent whenever there is reason to, until the signal aborts.
   *
   * @param signal Ends the loop, and gives up a wake that is under way.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, contact } = this.#options;
    while (!signal.aborted) {
      await this.#inbox.arrived(signal);
      if (this.#lastWakeAt !== undefined) {
        await clock.sleep(this.#lastWakeAt + this.#cooldownMs - clock.now(), signal);
      }
      await clock.sleep(this.#budgetWait(), signal);
      await contact.regained(signal);
      if (signal.aborted) return;
      await this.#wake(signal, { retries: true });
    }
  }

  /** What is left of the hour's wakes, those of former processes counted. */
  #leftOfHour(): WakeBudget {
    const { clock, wakesBefore, wakesPerHour = DEFAULT_WAKES_PER_HOUR } = this.#options;
    this.#budget ??= new WakeBudget(
      wakesPerHour,
      wakesBefore?.().map((at) => clock.now() - Math.max(0, Date.now() - at)),
    );
    return this.#budget;
  }

  /** How long the next wake has to wait for the hour to have room for it; that is told once. */
  #budgetWait(): number {
    const { clock, log, output, wakesPerHour = DEFAULT_WAKES_PER_HOUR } = this.#options;
    const now = clock.now();
    const ms = this.#leftOfHour().waitMs(now);
    if (ms === 0) return 0;
    // A loop that never ends is at the limit once an hour.
    if (now - this.#overBudgetAt > LOOP_IS_OVER_MS) {
      log.warn(
        `The agent has been woken ${counted(wakesPerHour, "time")} within an hour, which is all ` +
          "that --wakes-per-hour allows: is it in a loop of waking and delegating, or always busy? " +
          `Results wait in ${output.name}, and the next wake, in ${
            Math.ceil(ms / 60_000)
          } min, is for all of them`,
      );
    }
    this.#overBudgetAt = now;
    return ms;
  }

  /**
   * Wakes the agent now, with a single try, if there is reason to.
   *
   * @param signal Gives the wake up.
   * @returns Whether the agent has been woken, or did not need to be.
   */
  async once(signal: AbortSignal): Promise<boolean> {
    if (this.#inbox.isEmpty) return true;
    return this.#budgetWait() === 0 && await this.#wake(signal, { retries: false });
  }

  /** One batch, from the first try to its end; it stays the same, and so does its messageId. */
  async #wake(
    signal: AbortSignal,
    { retries }: { retries: boolean },
  ): Promise<boolean> {
    const { clock, contact, log, onWake, onWoken, output, parent } = this.#options;
    const { sender, vitals, workspaceId } = this.#options;
    const items = this.#inbox.takeAll();
    const messageId = await wakeMessageId(workspaceId, items);
    let isCounted = false;
    let busyWaitMs = 0;
    while (true) {
      if (!await output.hasUnread()) {
        log.info(`No wake is needed: the agent has already taken the results from ${output.name}`);
        this.#trouble.end();
        await onWoken(items);
        return true;
      }
      const text = wakeText(items, { where: output.name, parent: await parent.find(signal) });
      this.#lastWakeAt = clock.now();
      if (!isCounted) {
        this.#leftOfHour().spend(clock.now());
        await onWake?.();
      }
      isCounted = true;
      log.debug(`Waking the agent for ${counted(items.length, "result")}`);
      const request = wakeRequest(workspaceId, wakeBody(text, messageId));
      const began = clock.now();
      const { disposition, hasSucceeded, outcome } = await traced(
        "wake",
        workspaceId,
        async (notes) => {
          notes.results(items.length);
          const outcome = await sender.send(request, { signal });
          const disposition = wakeDisposition(outcome);
          const { kind } = disposition;
          const hasSucceeded = kind === "delivered" || kind === "left_waiting";
          notes.ended(outcome, { hasSucceeded });
          return { disposition, hasSucceeded, outcome };
        },
      );
      vitals?.wakeEnded(outcome, { hasSucceeded, seconds: (clock.now() - began) / 1000 });
      switch (disposition.kind) {
        case "left_waiting": {
          this.#trouble.succeeded();
          const isSuperseded = () => !this.#inbox.isEmpty;
          if (!await this.#touching.touch(items.length, { retries, isSuperseded, signal })) {
            if (isSuperseded()) this.#inbox.add(items); // the next wake is for all of them
            return false;
          }
          await onWoken(items);
          return true;
        }
        case "delivered":
          this.#trouble.succeeded();
          this.#touching.end();
          await onWoken(items);
          log.info(`The agent was woken for ${counted(items.length, "result")}`);
          if (disposition.remark !== undefined) {
            log.warn(`The wake was delivered, but ${disposition.remark}`);
          }
          return true;
        case "abandoned":
          log.error(
            `The agent cannot be woken: the wake was refused: ${outcome.detail}: ` +
              `the results are in ${output.name} and stay there`,
          );
          return false;
      }
      this.#trouble.failed(
        `The wake was not delivered: ${outcome.detail}; retrying, the results are in ${output.name}`,
        disposition.passes ? undefined : outcome.kind,
      );
      if (!retries) return false;
      if (outcome.kind === "busy") {
        isCounted = false; // it probably has it: what is sent again may be another turn
        const leastMs = disposition.afterSeconds * 1000;
        busyWaitMs = Math.min(Math.max(2 * busyWaitMs, leastMs), LONGEST_BUSY_WAIT_MS);
      } else {
        busyWaitMs = 0;
      }
      const wait = retryWait({
        failures: this.#trouble.attempts,
        retryAfterSeconds: outcome.retryAfterSeconds,
        random: this.#random(),
      });
      if (!isCounted && this.#budgetWait() > 0) {
        this.#inbox.add(items); // the next wake is for all of them
        return false;
      }
      await clock.sleep(Math.max(wait, disposition.afterSeconds * 1000, busyWaitMs), signal);
      await contact.regained(signal);
      signal.throwIfAborted();
    }
  }
}
