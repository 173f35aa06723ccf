import type { Clock } from "../clock.ts";
import type { NotifyMode } from "../config/mod.ts";
import { Episode, type Log } from "../log/mod.ts";
import {
  type Contact,
  notifyRequest,
  type OutcomeKind,
  retryWait,
  type Sender,
} from "../platform/mod.ts";
import { traced } from "../tracing.ts";
import type { Vitals } from "../vitals/mod.ts";
import { Inbox } from "./_inbox.ts";
import { type Note, notesFor } from "./notify_message.ts";
import type { Result, ResultName } from "./result.ts";

/** How often a note is sent at the most. */
const MOST_TRIES = 4;

/**
 * Worth another try: the platform said itself that it did not do it. After a time-out or a broken
 * connection the note may have been shown, and the platform does not dedupe (contract 1.9).
 */
const PASSING: readonly OutcomeKind[] = ["rate_limited", "unavailable", "busy"];

/** Options of {@linkcode NotifyLoop}. */
export interface NotifyLoopOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
  /** Says whether the platform can be reached; notes wait while it cannot. */
  readonly contact: Contact;
  /** Which results the user is told of. */
  readonly mode: NotifyMode;
  /** Writes down, first, that the user is told of these: nothing is told twice. */
  readonly onNotify: (results: readonly ResultName[]) => Promise<void>;
  /**
   * What is told of each note.
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
 * Tells the user of new results, once. A note that cannot be delivered after a few tries is dropped:
 * the result itself is in the results file.
 */
export class NotifyLoop {
  readonly #options: NotifyLoopOptions;
  readonly #random: () => number;
  readonly #inbox = new Inbox<Note>();
  readonly #trouble: Episode;

  /** @param options Whom to tell of what. */
  constructor(options: NotifyLoopOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#trouble = new Episode("Notifying the user", options);
  }

  /**
   * Asks for the user to be told; returns at once.
   *
   * @param results The results of one poll.
   */
  add(results: readonly Result[]): void {
    this.#inbox.add(notesFor(results, this.#options.mode));
  }

  /**
   * Sends notes as they come, until the signal aborts.
   *
   * @param signal Ends the loop; notes that wait are dropped.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#inbox.arrived(signal);
      await this.drain(signal);
    }
  }

  /**
   * Sends the notes that wait, one after the other.
   *
   * @param signal Gives up.
   */
  async drain(signal: AbortSignal): Promise<void> {
    const { contact, onNotify } = this.#options;
    for (const { text, results } of this.#inbox.takeAll()) {
      // Not before it can be sent: who is killed while he waits sends it when he starts again.
      if (text !== undefined) await contact.regained(signal);
      if (signal.aborted) return;
      await onNotify(results);
      if (text !== undefined) await this.#send({ text, results: results.length }, signal);
    }
  }

  async #send(
    { results, text }: { readonly text: string; readonly results: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, contact, sender, vitals, workspaceId } = this.#options;
    for (let tries = 1; !signal.aborted; tries++) {
      await contact.regained(signal);
      const began = clock.now();
      const outcome = await traced("notify", workspaceId, async (notes) => {
        notes.results(results);
        const outcome = await sender.send(notifyRequest(workspaceId, text), { signal });
        notes.ended(outcome);
        return outcome;
      });
      vitals?.noteEnded(outcome, (clock.now() - began) / 1000);
      if (outcome.kind === "ok") return this.#trouble.succeeded();
      const passes = PASSING.includes(outcome.kind);
      this.#trouble.failed(
        `A note to the user was not delivered: ${outcome.detail}; ` +
          (passes ? `trying ${MOST_TRIES} times` : "it is dropped, its result is safe"),
        passes ? undefined : outcome.kind,
      );
      if (!passes || tries === MOST_TRIES) return;
      await clock.sleep(
        retryWait({
          failures: tries,
          retryAfterSeconds: outcome.retryAfterSeconds,
          random: this.#random(),
        }),
        signal,
      );
    }
  }
}
