import { type Clock, orAborted } from "../clock.ts";
import type { Log } from "../log/mod.ts";
import type { Contact } from "../platform/mod.ts";
import type { RemovedPresence } from "./found_presence.ts";

/** How often a workspace that was removed is looked for: more and more seldom. */
const WAITS = { firstMs: 30_000, longestMs: 5 * 60_000 } as const;

/** Options of {@linkcode Removal}. */
export interface RemovalOptions {
  /** Lost while the workspace is removed: there is nobody to ask anything of. */
  readonly contact: Contact;
  /** Whether a workspace that was removed is waited for. */
  readonly waitsForRestore: boolean;
  /** Learns that the workspace was removed, and is not waited for; it may not wait itself. */
  readonly onRemoved: () => void;
  readonly log: Log;
  readonly clock: Clock;
}

/** Keeps everything back while the workspace is removed, and tells of its begin and its end. */
export class Removal {
  readonly #options: RemovalOptions;
  /** Since when, and what resolves when it is over. */
  #lasting: { readonly at: number; readonly over: PromiseWithResolvers<void> } | undefined;
  #looks = 0;

  /** @param options Who is told. */
  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** Whether the workspace is removed. */
  get lasts(): boolean {
    return this.#lasting !== undefined;
  }

  /**
   * Resolves when the workspace is not removed (at once, as a rule), or when the signal aborts.
   *
   * @param signal Ends the wait.
   */
  async over(signal: AbortSignal): Promise<void> {
    if (this.#lasting !== undefined) await orAborted(this.#lasting.over.promise, signal);
  }

  /**
   * How long to wait until the next look.
   *
   * @param random A random number in [0, 1).
   * @returns Milliseconds.
   */
  nextLookMs(random: number): number {
    const step = Math.min(WAITS.firstMs * 2 ** this.#looks++, WAITS.longestMs);
    return step * (0.5 + random / 2);
  }

  /**
   * The workspace was removed.
   *
   * @param found What the platform says of it.
   */
  begin({ detail, hint, kind }: RemovedPresence): void {
    const { clock, contact, log, onRemoved, waitsForRestore } = this.#options;
    contact.record(false);
    if (this.#lasting !== undefined) return;
    this.#lasting = { at: clock.now(), over: Promise.withResolvers() };
    this.#looks = 0;
    const what = kind === "removed"
      ? "The workspace was removed from the platform"
      : "The platform does not know the workspace, so it was removed";
    const next = waitsForRestore
      ? "waiting until it is there again"
      : "stopping; --wait-for-restore would wait until it is there again";
    log.error(`${what} (${detail})${hint && `: ${hint}`}; ${next}`);
    if (!waitsForRestore) onRemoved();
  }

  /** A request has been answered that was on its way when the workspace was removed. */
  holdOn(): void {
    if (this.#lasting !== undefined) this.#options.contact.record(false);
  }

  /**
   * The workspace is there again.
   *
   * @param status Its status, as it is shown.
   */
  end(status: string): void {
    if (this.#lasting === undefined) return;
    const { clock, log } = this.#options;
    const seconds = Math.round((clock.now() - this.#lasting.at) / 1000);
    log.info(`The workspace is there again (${status}), ${seconds} s after it was removed`);
    this.forget();
  }

  /** Lets everything go on, as if it had never been removed. */
  forget(): void {
    const lasting = this.#lasting;
    this.#lasting = undefined;
    this.#options.contact.record(true);
    lasting?.over.resolve();
  }
}
