import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { counted, reasonOf } from "../text.ts";
import { WriterBusyError } from "./writer_lock.ts";

/** The results file holds as much as it may while nobody takes it. */
export class FullError extends Error {
  override readonly name = "FullError";
}

/** What waits while results cannot be delivered. */
export interface Waiting {
  /** How many results are in memory. */
  readonly count: number;
  /** Whether there is no room for more. */
  readonly isFull: boolean;
}

/** Tells that results cannot be delivered, why, and what to do about it. */
export class DeliveryTrouble {
  readonly #trouble: Episode;

  /** @param options Where to log, and the clock that measures how long it lasts. */
  constructor(options: { readonly log: Log; readonly clock: Clock }) {
    this.#trouble = new Episode("Writing results", options);
  }

  /** Records that nothing waits any more. */
  succeeded(): void {
    this.#trouble.succeeded();
  }

  /**
   * Records a failure.
   *
   * @param error Why.
   * @param waiting What waits for the next try.
   */
  failed(error: unknown, { count, isFull }: Waiting): void {
    const what = count === 0
      ? "No result could be delivered"
      : `Waiting to deliver ${counted(count, "result")}`;
    const until = error instanceof FullError ? "the agent has taken them" : "it can be written";
    this.#trouble.failed(
      `${what}: ${reasonOf(error)}${remedy(error)}; delivery goes on as soon as ${until}`,
      // What does not pass by itself is worth a line of its own.
      error instanceof Error && !isPassing(error) ? error.name : undefined,
    );
    if (!isFull) return;
    this.#trouble.failed(
      `No more results are kept in memory than these ${count}: newer ones are left to the ` +
        "platform, and are lost when it does not list them any more",
      "memory is full",
    );
  }
}

/** Whether the disk may take it the next time, without anybody doing something. */
function isPassing(error: Error): boolean {
  return !(error instanceof FullError || error instanceof TypeError ||
    error instanceof WriterBusyError);
}

function remedy(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return ": the manifest does not grant the file: rebuild, or run with its grant";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return ": this user may not write it: change its owner, or its folder's";
  }
  if (error instanceof Deno.errors.NotFound) return ": make its folder";
  return "";
}
