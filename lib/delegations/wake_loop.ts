import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { type Contact, retryWait, type Sender, wakeRequest } from "../platform/mod.ts";
import { counted } from "../text.ts";
import { Inbox } from "./_inbox.ts";
import type { Parent } from "./parent.ts";
import type { ResultName } from "./result.ts";
import type { ResultsOutput } from "./results_output.ts";
import { wakeDisposition } from "./wake_disposition.ts";
import { wakeBody, wakeMessageId, wakeText } from "./wake_message.ts";

/** The least time from one wake to the next. */
const COOLDOWN_MS = 60_000;
/** As many as the journal remembers; a wake only counts them. */
const MOST_GATHERED = 2000;

/** Options of {@linkcode WakeLoop}. */
export interface WakeLoopOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
  readonly contact: Contact;
  readonly parent: Parent;
  /** Where the results are; an agent that has taken them already is not woken for them. */
  readonly output: ResultsOutput;
  /** Writes down that the agent has been woken for these, or has taken them without. */
  readonly onWoken: (results: readonly ResultName[]) => Promise<void>;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * The least time from one wake to the next, in milliseconds.
   *
   * @default {60_000}
   */
  readonly cooldownMs?: number;
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
  #lastWakeAt: number | undefined;

  /** @param options Whom to wake, and how. */
  constructor(options: WakeLoopOptions) {
    this.#options = options;
    this.#cooldownMs = options.cooldownMs ?? COOLDOWN_MS;
    this.#random = options.random ?? Math.random;
    this.#trouble = new Episode("Waking the agent", options);
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
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#inbox.arrived(signal);
      if (this.#lastWakeAt !== undefined) {
        await clock.sleep(this.#lastWakeAt + this.#cooldownMs - clock.now(), signal);
      }
      if (signal.aborted) return;
      await this.#wake(signal, { retries: true });
    }
  }

  /**
   * Wakes the agent now, with a single try, if there is reason to.
   *
   * @param signal Gives the wake up.
   * @returns Whether the agent has been woken, or did not need to be.
   */
  async once(signal: AbortSignal): Promise<boolean> {
    return this.#inbox.isEmpty || await this.#wake(signal, { retries: false });
  }

  /** One batch, from the first try to its end; it stays the same, and so does its messageId. */
  async #wake(
    signal: AbortSignal,
    { retries }: { retries: boolean },
  ): Promise<boolean> {
    const { clock, contact, log, onWoken, output, parent, sender, workspaceId } = this.#options;
    const items = this.#inbox.takeAll();
    const messageId = await wakeMessageId(workspaceId, items);
    while (true) {
      if (!await output.hasUnread()) {
        log.info(`No wake is needed: the agent has already taken the results from ${output.name}`);
        this.#trouble.succeeded();
        await onWoken(items);
        return true;
      }
      const text = wakeText(items, { where: output.name, parent: await parent.find(signal) });
      this.#lastWakeAt = clock.now();
      log.debug(`Waking the agent for ${counted(items.length, "result")}`);
      const request = wakeRequest(workspaceId, wakeBody(text, messageId));
      const outcome = await sender.send(request, { signal });
      const disposition = wakeDisposition(outcome);
      if (disposition.kind === "delivered") {
        this.#trouble.succeeded();
        await onWoken(items);
        log.info(`The agent was woken for ${counted(items.length, "result")}`);
        if (disposition.remark !== undefined) {
          log.warn(`The wake was delivered, but ${disposition.remark}`);
        }
        return true;
      }
      if (disposition.kind === "abandoned") {
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
      const wait = retryWait({
        failures: this.#trouble.attempts,
        retryAfterSeconds: outcome.retryAfterSeconds,
        random: this.#random(),
      });
      await clock.sleep(Math.max(wait, disposition.afterSeconds * 1000), signal);
      await contact.regained(signal);
      signal.throwIfAborted();
    }
  }
}
