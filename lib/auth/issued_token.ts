import type { Clock } from "../clock.ts";
import { mayRead, mayWrite } from "../grants.ts";
import type { Log } from "../log/mod.ts";
import { temporaryFile } from "../permissions.ts";
import { parseIssuedToken } from "../platform/mod.ts";
import { BackgroundSave, probePrivateFile } from "../secrets/mod.ts";
import { Turns, type TurnTaking } from "../turns.ts";
import { lookIntoTokenFile } from "./token_file.ts";
import type { TokenSource, TokenStore } from "./token_store.ts";

/** Options of {@linkcode IssuedToken}. */
export interface IssuedTokenOptions {
  /** The token file (contract 4.1). */
  readonly file: string;
  /** What keeps the token, and uses it from then on. */
  readonly store: TokenStore;
  /** What says whether there is one; it may not wait for a disk. */
  readonly source: TokenSource;
  /**
   * Lets it use the disk.
   *
   * @default {at once}
   */
  readonly disk?: TurnTaking;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * The token that the platform issues when a workspace without one is registered. It is told once, and
 * cannot be asked for again (contract 1.0), so it is used at once, and saved however long that takes.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 */
export class IssuedToken {
  readonly #options: IssuedTokenOptions;
  readonly #save: BackgroundSave;
  /** Saving and probing write to the same file beside the token's. */
  readonly #turns = new Turns();

  /** @param options Where to keep it. */
  constructor(options: IssuedTokenOptions) {
    this.#options = options;
    this.#save = new BackgroundSave({
      ...options,
      what: "the token that the platform has issued",
      isPrecious: true,
      save: () => this.#turns.take(() => options.store.save()),
    });
  }

  /**
   * Whether the workspace has a token already; whether that is still good, only the platform knows.
   *
   * @returns Whether there is one.
   */
  async isThere(): Promise<boolean> {
    return await this.#options.source.current() !== undefined;
  }

  /**
   * The same, however long the disk takes to answer.
   *
   * @returns Whether there is one.
   */
  async isStored(): Promise<boolean> {
    return await this.#options.store.current() !== undefined;
  }

  /**
   * Takes the token out of a registration's answer.
   *
   * @param answer The JSON of a 2xx answer.
   * @returns Whether there was one.
   */
  offer(answer: unknown): boolean {
    const issued = parseIssuedToken(answer);
    if (issued.kind === "issued") {
      this.#options.store.adopt(issued.token);
      this.#save.want(issued.token);
    }
    if (issued.kind === "unusable") {
      this.#options.log.error(
        "The platform has issued a token that cannot be one, and will not tell it again: make " +
          `another in the workspace's settings on the platform, and put it into '${this.#options.file}'`,
      );
    }
    return issued.kind === "issued";
  }

  /**
   * Makes sure that a token could be kept.
   *
   * @throws {Deno.errors.NotCapable} The manifest does not grant its file.
   * @throws {Error} The system cannot write it.
   */
  async probe(): Promise<void> {
    await this.#turns.take(() => probeTokenFile(this.#options.file));
  }

  /** Tries again to save what could not be saved, and saves what is gone from its file. */
  retry(): void {
    const { unsaved } = this.#options.store;
    if (unsaved === undefined) this.#save.retry();
    else this.#save.want(unsaved);
  }

  /**
   * Resolves when nothing is being saved any more.
   *
   * @returns Whether everything is saved.
   */
  async settled(): Promise<boolean> {
    await this.#save.settled();
    return this.#options.store.unsaved === undefined;
  }
}

/**
 * Makes sure that a token could be kept.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 *
 * @param file The token file.
 * @throws {Deno.errors.NotCapable} The manifest does not grant it.
 * @throws {TypeError} It holds something else than a token.
 * @throws {Error} The system cannot write it.
 */
export async function probeTokenFile(file: string): Promise<void> {
  for (const path of [file, temporaryFile(file)]) {
    const lacking = [...mayRead(path) ? [] : ["read"], ...mayWrite(path) ? [] : ["write"]];
    if (lacking.length > 0) {
      throw new Deno.errors.NotCapable(
        `Requires ${lacking.join(" and ")} access to '${path}'`,
      );
    }
  }
  const found = await lookIntoTokenFile(file);
  if (found.kind === "unusable") throw new TypeError(found.problem);
  await probePrivateFile(file);
}
