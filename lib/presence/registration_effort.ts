import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import type {
  FailedRegistration,
  Prepared,
  Registration,
  RegistrationResult,
} from "./registration.ts";

/** A registration that fails is tried again soon for so long; then with each look. */
const EAGER_MS = 5 * 60_000;

/** Options of {@linkcode RegistrationEffort}. */
export interface RegistrationEffortOptions {
  readonly registration: Pick<Registration, "hasToken" | "prepare" | "register">;
  readonly log: Log;
  readonly clock: Clock;
}

/** Registers the workspace for as long as somebody wants it, and tells how that goes. */
export class RegistrationEffort {
  readonly #options: RegistrationEffortOptions;
  readonly #trouble: Episode;
  #isWanted = true;
  /** When it was tried first, since it is wanted. */
  #begunAt: number | undefined;
  #hasGivenUp = false;

  /** @param options What registers. */
  constructor(options: RegistrationEffortOptions) {
    this.#options = options;
    this.#trouble = new Episode("Registering", options);
  }

  /** Whether the workspace is to be registered. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Whether a registration that fails is worth another try soon. */
  get isEager(): boolean {
    const { clock } = this.#options;
    return this.#isWanted &&
      (this.#begunAt === undefined || clock.now() - this.#begunAt < EAGER_MS);
  }

  /** Asks for the workspace to be registered (again). */
  want(): void {
    this.#isWanted = true;
    this.#hasGivenUp = false;
    this.#begunAt = undefined;
  }

  /** Whether nobody can have removed the workspace: it has no token, so it was never registered. */
  async isFirst(): Promise<boolean> {
    return !await this.#options.registration.hasToken();
  }

  /**
   * Prepares to register, if that is wanted.
   *
   * @returns What to register with, or why not; undefined when it is not wanted.
   */
  async prepare(): Promise<Prepared | FailedRegistration | undefined> {
    if (!this.#isWanted) return undefined;
    this.#begunAt ??= this.#options.clock.now();
    return await this.#options.registration.prepare();
  }

  /**
   * Tries once, and tells how that went.
   *
   * @param prepared What to register with, or why not.
   * @param signal Gives it up.
   */
  async attempt(
    prepared: Prepared | FailedRegistration,
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    const { log, registration } = this.#options;
    const result = prepared.kind === "failed"
      ? prepared
      : await registration.register(prepared, signal);
    switch (result.kind) {
      case "registered": {
        this.#isWanted = false;
        this.#trouble.succeeded();
        const token = result.hasNewToken ? ", and has got a token" : "";
        log.info(`The workspace is registered${token}`);
        break;
      }
      case "refused":
        this.#isWanted = false;
        this.#trouble.end();
        log.error(`The workspace cannot be registered: ${result.message}; beats go on`);
        break;
      case "failed":
        this.failed(result);
    }
    return result;
  }

  /**
   * Tells that the workspace could not be registered.
   *
   * @param why What stands in the way.
   */
  failed({ message, trouble }: Pick<FailedRegistration, "message" | "trouble">): void {
    const givesUp = !this.isEager && !this.#hasGivenUp;
    this.#hasGivenUp ||= givesUp;
    const next = this.isEager ? "trying again" : "trying again now and then";
    this.#trouble.failed(
      `The workspace could not be registered: ${message}; ${next}, and beats go on`,
      trouble,
      { isUrgent: givesUp },
    );
  }
}
