import type { IssuedToken } from "../auth/mod.ts";
import { type Clock, settlesWithin, withGrace } from "../clock.ts";
import type { RegisterMode } from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import {
  isObject,
  lastingTrouble,
  type Outcome,
  registerRequest,
  type Sender,
  stateRequest,
} from "../platform/mod.ts";
import { ALONE } from "../sharing.ts";
import { reasonOf } from "../text.ts";
import type { TurnTaking } from "../turns.ts";
import { type AgentCardOptions, readAgentCard } from "./agent_card.ts";

/** What a workspace is registered as. */
export interface RegistrationSettings extends AgentCardOptions {
  readonly workspaceId: string;
  /** How it gets its messages. */
  readonly mode: Exclude<RegisterMode, "off">;
}

/** Options of {@linkcode Registration}. */
export interface RegistrationOptions extends RegistrationSettings {
  readonly sender: Sender;
  /** Keeps the token that the platform issues. */
  readonly token: IssuedToken;
  /**
   * Lets it use the disk.
   *
   * @default {at once}
   */
  readonly disk?: TurnTaking;
  /** Receives the JSON of the answer, for the inbound secret that it carries; it may not wait. */
  readonly onAccepted: (answer: unknown) => void;
  readonly clock: Clock;
}

/** What is sent, once the platform has said that the workspace is there. */
export interface Prepared {
  readonly kind: "prepared";
  readonly body: object;
  /** Whether the workspace has a token, live or not. */
  readonly hasToken: boolean;
  /** Why a token that the platform issues could not be kept; undefined when it could. */
  readonly obstacle: Obstacle | undefined;
}

/** An attempt to register may work later. */
export interface FailedRegistration {
  readonly kind: "failed";
  readonly message: string;
  /** Names a failure that a person has to remedy; left out for those that pass. */
  readonly trouble?: string | undefined;
  /** What became of the request that failed, or, when it was none, what to end with. */
  readonly cause: Outcome | ExitCode;
}

/** Why a token that the platform issues could not be kept. */
export interface Obstacle {
  /** The reason, and what to do. */
  readonly message: string;
  /** What to end with. */
  readonly cause: ExitCode;
}

/** What was prepared, and when. */
interface Dated {
  readonly prepared: Prepared | FailedRegistration;
  /** Milliseconds of the clock. */
  readonly at: number;
}

/** What became of an attempt to register. */
export type RegistrationResult =
  /** The platform knows the agent now; it may have issued a token. */
  | { readonly kind: "registered"; readonly hasNewToken: boolean }
  /** Nothing will help but what a person does; the message says what. */
  | { readonly kind: "refused"; readonly message: string; readonly outcome: Outcome }
  | FailedRegistration;

/** No disk may keep the workspace from being looked for. */
const DISK_PATIENCE_MS = 1000;
/** What the disk has said is true for so long. */
const LONGEST_KEPT_MS = 60_000;
/** An answer that holds a token is waited for when the sidecar ends, which has 5 s for that. */
const ANSWER_GRACE_MS = 3000;

/**
 * The body of a registration (contract 1.2).
 *
 * Requires `--allow-read` for the agent card.
 *
 * @param settings What the workspace is registered as.
 * @throws {Error} The agent card cannot be used, or an agent that is pushed to has no address.
 */
export async function registrationBody(settings: RegistrationSettings): Promise<object> {
  const { mode, workspaceId } = settings;
  const { card, url } = await readAgentCard(workspaceId, settings);
  if (mode === "push" && url === "") {
    throw new TypeError(
      "Cannot register in push mode without the agent's address: expected --agent-url, " +
        "heartbeat.agent_card.url in config.yaml, or 'url' in the agent card",
    );
  }
  return {
    id: workspaceId,
    url: mode === "push" ? url : "",
    agent_card: card,
    delivery_mode: mode,
  };
}

/**
 * Why a token that the platform issues could not be kept: it tells a token once, and must not be asked
 * for one then.
 *
 * @param probe Rejects when it could not.
 * @returns The reason; undefined when it could be kept.
 */
export async function tokenObstacle(probe: () => Promise<void>): Promise<Obstacle | undefined> {
  try {
    await probe();
    return undefined;
  } catch (error) {
    const isGranted = !(error instanceof Deno.errors.NotCapable);
    const remedy = isGranted
      ? "check that its folder exists, has room, and belongs to this user"
      : "grant it, or put the workspace's token there";
    const reason = reasonOf(error);
    const advice = error instanceof TypeError ? reason : `${reason}: ${remedy}`;
    return {
      message: `the token that the platform would issue cannot be kept: ${advice}`,
      cause: isGranted ? EXIT_CODE.tryAgain : EXIT_CODE.notAllowed,
    };
  }
}

/** Registers the workspace: the only thing that makes the platform watch it (contract 1.2, 2). */
export class Registration {
  readonly #options: RegistrationOptions;
  #preparing: Promise<Dated> | undefined;

  /** @param options What to register as, and with whom. */
  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Whether the workspace has a token already, and so was registered before. */
  async hasToken(): Promise<boolean> {
    return await this.#options.token.isThere();
  }

  /**
   * Does all that needs a disk, so that nothing stands between the platform's word that the workspace
   * is there and the registration: somebody may pause it meanwhile.
   *
   * @returns What to register with, or why not.
   */
  async prepare(): Promise<Prepared | FailedRegistration> {
    // While one look at the disk hangs there is no second one: it would hang too, and hold a thread.
    // One that comes late is for the next attempt: a disk that is always slow must not prevent it.
    const preparing = this.#preparing ??= this.#prepareOnce();
    if (!await settlesWithin(preparing, DISK_PATIENCE_MS)) {
      const message = `the disk does not answer within ${DISK_PATIENCE_MS / 1000} s`;
      return { kind: "failed", message, cause: EXIT_CODE.tryAgain };
    }
    this.#preparing = undefined;
    const { at, prepared } = await preparing;
    return this.#options.clock.now() - at < LONGEST_KEPT_MS ? prepared : await this.prepare();
  }

  async #prepareOnce(): Promise<Dated> {
    const prepared = await this.#prepare();
    return { prepared, at: this.#options.clock.now() };
  }

  async #prepare(): Promise<Prepared | FailedRegistration> {
    const { disk = ALONE.disk, token } = this.#options;
    const isKnown = await this.hasToken();
    try {
      return await disk.take(async () => ({
        kind: "prepared",
        body: await registrationBody(this.#options),
        // Without one the platform would refuse a workspace that has one, for good.
        hasToken: isKnown || await token.isStored(),
        obstacle: await tokenObstacle(() => token.probe()),
      }));
    } catch (error) {
      const message = reasonOf(error);
      const isGranted = !(error instanceof Deno.errors.NotCapable);
      const cause = isGranted ? EXIT_CODE.configuration : EXIT_CODE.notAllowed;
      return { kind: "failed", message, trouble: message, cause };
    }
  }

  /**
   * Registers once. The caller has made sure that the workspace neither rests nor was removed.
   *
   * @param prepared What to register with.
   * @param signal Gives it up; an answer that is on its way is still waited for a little.
   */
  async register(
    { body, hasToken, obstacle }: Prepared,
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    const { mode, onAccepted, sender, token, workspaceId } = this.#options;
    if (obstacle !== undefined) {
      // A workspace whose token is live is issued no other.
      const state = hasToken ? await sender.send(stateRequest(workspaceId), { signal }) : undefined;
      const { cause, message } = obstacle;
      if (state?.kind !== "ok") return { kind: "failed", message, trouble: message, cause };
    }
    const outcome = await withGrace(
      signal,
      ANSWER_GRACE_MS,
      (signal) => sender.send(registerRequest(body), { signal }),
    );
    if (outcome.kind === "ok" && !isObject(outcome.body)) {
      const message = "answered with something else than a registration";
      return { kind: "failed", message, trouble: message, cause: EXIT_CODE.configuration };
    }
    if (outcome.kind === "ok") {
      const hasNewToken = token.offer(outcome.body);
      onAccepted(outcome.body);
      return { kind: "registered", hasNewToken };
    }
    const advice = adviceFor(outcome, mode);
    const message = advice === "" ? outcome.detail : `${outcome.detail}: ${advice}`;
    const isFinal = outcome.kind === "unauthorized" || outcome.kind === "forbidden";
    if (isFinal) return { kind: "refused", message, outcome };
    return { kind: "failed", message, trouble: lastingTrouble(outcome), cause: outcome };
  }
}

/** What a person has to do; "" where waiting may be enough. */
function adviceFor({ kind }: Outcome, mode: RegistrationSettings["mode"]): string {
  switch (kind) {
    case "unauthorized":
    case "forbidden":
      return "the workspace has a token, and this is not it: make a new one in the workspace's " +
        "settings on the platform, put it into the token file or MOLECULE_WORKSPACE_TOKEN, and " +
        "restart";
    case "rejected":
      return mode === "push"
        ? "the platform must be able to reach the agent's url: check --agent-url and the agent card"
        : "the platform may be too old for poll mode: update it, or use --register push";
    case "not_granted":
      return "the manifest does not grant this platform: rebuild, or run with --allow-net for it";
    default:
      return "";
  }
}
