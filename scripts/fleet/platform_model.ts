import type { Clock } from "../../lib/clock.ts";
import type { Outcome, PlatformRequest } from "../../lib/platform/mod.ts";
import type { Chance } from "../stress/random.ts";
import type { Address } from "./address.ts";

/** The liveness key lives so long after a registration or a beat (contract 2). */
const LIVENESS_MS = 180_000;
/** How long an answer takes. */
const LATENCY_MS = { least: 5, most: 80 } as const;

/** What a request is for. */
export type Purpose = "beat" | "poll" | "look" | "registration";

/** How the platform is. */
export type PlatformState =
  | "up"
  /** Nobody takes connections. */
  | "refusing"
  /** Connections are taken, and nothing is answered. */
  | "hanging";

/** What the platform knows of a workspace. */
export interface WatchedWorkspace {
  readonly address: Address;
  /** Until when its liveness key lives; undefined when it has none. */
  watchedUntil: number | undefined;
  /** When it was declared dead last; undefined when it never was. */
  declaredDeadAt: number | undefined;
}

/** What became of a request. */
export interface Answered {
  readonly purpose: Purpose;
  readonly outcome: Outcome;
}

/** Options of {@linkcode PlatformModel}. */
export interface PlatformModelOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Learns of each request when it is sent. */
  readonly onRequest: () => void;
}

/** The platform, as far as a fleet notices it: who is let through, and who is declared dead. */
export class PlatformModel {
  readonly #options: PlatformModelOptions;
  /** How it is. */
  state: PlatformState = "up";

  /** @param options The clock, and who is told. */
  constructor(options: PlatformModelOptions) {
    this.#options = options;
  }

  /**
   * Answers a request.
   *
   * @param request The request.
   * @param workspace Whose.
   * @param signal Gives it up.
   */
  async answer(
    request: PlatformRequest,
    { workspace, signal }: { readonly workspace: WatchedWorkspace; readonly signal: AbortSignal },
  ): Promise<Answered> {
    const { chance, clock, onRequest } = this.#options;
    const purpose = purposeOf(request);
    onRequest();
    if (this.state === "hanging") {
      await clock.sleep(request.deadlineMs, signal);
      return { purpose, outcome: { kind: "timed_out", body: undefined, detail: "no answer" } };
    }
    const isRefused = this.state === "refusing";
    const way = LATENCY_MS.least + chance.next() * (LATENCY_MS.most - LATENCY_MS.least);
    await clock.sleep(way, signal);
    if (isRefused) {
      const detail = "connection refused";
      return { purpose, outcome: { kind: "unreachable", body: undefined, detail } };
    }
    const retryAfterSeconds = workspace.address.count(clock.now());
    if (retryAfterSeconds !== undefined) {
      const detail = "answered 429";
      const outcome = { kind: "rate_limited", body: undefined, detail, retryAfterSeconds } as const;
      return { purpose, outcome };
    }
    this.#take(purpose, workspace);
    return { purpose, outcome: { kind: "ok", body: ANSWERS[purpose], detail: "answered 200" } };
  }

  /**
   * Declares a workspace dead whose liveness key has expired.
   *
   * @param workspace The workspace.
   */
  look(workspace: WatchedWorkspace): void {
    const { watchedUntil = Infinity } = workspace;
    if (this.#options.clock.now() < watchedUntil) return;
    workspace.declaredDeadAt = watchedUntil;
    workspace.watchedUntil = undefined;
  }

  #take(purpose: Purpose, workspace: WatchedWorkspace): void {
    this.look(workspace);
    const isKept = purpose === "beat" && workspace.watchedUntil !== undefined;
    // A beat makes no key, and does nothing for one that is gone.
    if (isKept || purpose === "registration") {
      workspace.watchedUntil = this.#options.clock.now() + LIVENESS_MS;
    }
  }
}

const ANSWERS: Readonly<Record<Purpose, unknown>> = {
  beat: { status: "ok" },
  poll: [],
  look: { status: "online" },
  registration: { status: "registered" },
};

function purposeOf({ path }: PlatformRequest): Purpose {
  if (path === "/registry/heartbeat") return "beat";
  if (path === "/registry/register") return "registration";
  return path.endsWith("/delegations") ? "poll" : "look";
}
