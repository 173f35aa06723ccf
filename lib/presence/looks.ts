import { Episode } from "../log/mod.ts";
import { lastingTrouble, type Outcome, workspaceRequest } from "../platform/mod.ts";
import { foundPresence, type RemovedPresence } from "./found_presence.ts";
import type { PresenceLoopOptions } from "./presence_loop.ts";
import type { RegistrationResult } from "./registration.ts";
import type { RegistrationEffort } from "./registration_effort.ts";
import type { Removal } from "./removal.ts";
import { Rest } from "./rest.ts";

/** A gateway that is being changed may know no workspace for an instant. */
export const CONFIRM_MS = 10_000;

/** Options of {@linkcode Looks}. */
export interface LooksOptions
  extends
    Pick<PresenceLoopOptions, "workspaceId" | "sender" | "pace" | "vitals" | "log" | "clock"> {
  /** What registers the workspace; undefined when somebody else does. */
  readonly effort: RegistrationEffort | undefined;
  /** Learns that the workspace was removed, and that it is back. */
  readonly removal: Removal;
  /** Learns that a workspace that was removed is back. */
  readonly onRestored: () => void;
}

/** What a look has found out, and done. */
export interface Look {
  /** Whether the platform has said what it was asked for, and what was to be done is done. */
  readonly isDone: boolean;
  /** What became of the last request; undefined when something else than that has failed. */
  readonly outcome: Outcome | undefined;
  /** What became of the registration, where one was tried. */
  readonly result?: RegistrationResult | undefined;
}

/** Asks the platform whether the workspace is there, and does what the answer calls for. */
export class Looks {
  readonly #options: LooksOptions;
  readonly #looking: Episode;
  readonly #rest: Rest;
  #isInDoubt = false;

  /** @param options Which workspace, and who is told. */
  constructor(options: LooksOptions) {
    this.#options = options;
    this.#looking = new Episode("Asking for the workspace", options);
    this.#rest = new Rest(options.log);
  }

  /** Whether the platform has said, once, that it knows no such workspace: the next look decides. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Begins anew: what was in doubt is not, any more. */
  begin(): void {
    this.#isInDoubt = false;
  }

  /**
   * Asks the platform for the workspace, and does what follows.
   *
   * @param signal Gives up.
   * @param options `isLast`: whether nobody will look again, so that once has to do.
   * @throws The signal's reason, when it aborts.
   */
  async look(
    signal: AbortSignal,
    { isLast = false }: { readonly isLast?: boolean } = {},
  ): Promise<Look> {
    const { effort, pace, removal, sender, vitals, workspaceId } = this.#options;
    const wasInDoubt = this.#isInDoubt || isLast;
    this.#isInDoubt = false;
    await pace?.(effort?.isWanted ? 2 : 1, signal);
    const prepared = await effort?.prepare();
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
        if (!removal.lasts && await effort?.isFirst()) break;
        if (!wasInDoubt && !removal.lasts) return this.#doubt(found.detail, outcome);
        this.#remove(found);
        return { isDone: true, outcome };
      case "resting":
        this.#looking.succeeded();
        vitals?.workspaceFound("resting", found.status);
        this.#rest.is(found.status, { isWaiting: effort?.isWanted === true });
        this.#restore(found.status);
        return { isDone: true, outcome };
      case "present":
        vitals?.workspaceFound("present", found.status);
        this.#rest.isOver(found.status);
        this.#restore(found.status);
    }
    this.#looking.succeeded();
    if (prepared === undefined || effort === undefined) return { isDone: true, outcome };
    const result = await effort.attempt(prepared, signal);
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
    const { effort, log, removal } = this.#options;
    const trouble = lastingTrouble(outcome);
    const what = `platform does not say whether the workspace is there: ${detail}`;
    if (removal.lasts) {
      log.debug(`The ${what}; waiting for it`);
    } else if (effort?.isWanted) {
      effort.failed({ message: `the ${what}`, trouble });
    } else {
      this.#looking.failed(`The ${what}; beats go on`, trouble);
    }
  }

  /** Beats stop only when the platform says twice that it knows no such workspace. */
  #doubt(detail: string, outcome: Outcome): Look {
    this.#isInDoubt = true;
    this.#options.log.warn(
      `The platform does not know the workspace (${detail}): asking once more in ` +
        `${CONFIRM_MS / 1000} s, before anything is stopped`,
    );
    return { isDone: false, outcome };
  }

  #remove(found: RemovedPresence): void {
    const { effort, removal, vitals } = this.#options;
    this.#looking.succeeded();
    vitals?.workspaceFound("removed", "");
    effort?.want(); // its tokens were revoked
    removal.begin(found);
  }

  #restore(status: string): void {
    const { onRestored, removal } = this.#options;
    if (!removal.lasts) return;
    onRestored();
    removal.end(status);
  }
}
