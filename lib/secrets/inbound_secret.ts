import type { Clock } from "../clock.ts";
import type { Log, Secrets } from "../log/mod.ts";
import { mayRead, mayWrite } from "../grants.ts";
import { parseInboundSecret } from "../platform/mod.ts";
import { readSmallFile } from "../small_file.ts";
import type { TurnTaking } from "../turns.ts";
import { BackgroundSave } from "./background_save.ts";
import { writePrivateFile } from "./private_file.ts";

/** More than the longest secret that is accepted, so that any file of ours can be compared. */
const LARGEST_FILE_BYTES = 8 * 1024;

/** Options of {@linkcode InboundSecret}. */
export interface InboundSecretOptions {
  /** The file to keep it in (contract 4.2). */
  readonly file: string;
  /** Learns the secret, so that no log line can show it. */
  readonly secrets: Secrets;
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
 * The secret with which the platform proves itself to this workspace. The platform repeats it with
 * every beat's answer; it is written to disk only when it differs from what is there.
 */
export class InboundSecret {
  readonly #options: InboundSecretOptions;
  readonly #save: BackgroundSave;

  /** @param options The file, and where to log. */
  constructor(options: InboundSecretOptions) {
    this.#options = options;
    this.#save = new BackgroundSave({
      ...options,
      what: "the inbound secret",
      save: (secret) => this.#write(secret),
    });
  }

  /**
   * Takes the secret out of an accepted beat's answer and saves it in the background: the disk may
   * never delay a beat. A disk that fails is tried again with the next beat's answer. Where the file
   * is not granted the secret is not kept, which the command has said when it started.
   *
   * @param answer The JSON of a 2xx answer.
   */
  offer(answer: unknown): void {
    const secret = parseInboundSecret(answer);
    if (secret === undefined) return;
    this.#options.secrets.add(secret);
    if (mayWrite(this.#options.file)) this.#save.want(secret);
  }

  /** Resolves when nothing is being saved any more. */
  async settled(): Promise<void> {
    await this.#save.settled();
  }

  async #write(secret: string): Promise<boolean> {
    if (await this.#current() !== secret) await writePrivateFile(this.#options.file, secret);
    return true;
  }

  /** What the file holds; one that cannot be read, or that others can, is simply written anew. */
  async #current(): Promise<string | undefined> {
    const { file } = this.#options;
    if (!mayRead(file)) return undefined;
    try {
      const { mode } = await Deno.stat(file);
      if (mode !== null && (mode & 0o077) !== 0) return undefined;
    } catch {
      return undefined;
    }
    return await savedSecret(file);
  }
}

/**
 * Reads the secret that was saved last, by this run or a former one.
 *
 * Requires `--allow-read` for the file.
 *
 * @param file The secret's file.
 * @returns What it holds; undefined when it is not there, not granted, or cannot be read: it is
 * then written anew with the next beat's answer, which tells of it.
 */
export async function savedSecret(file: string): Promise<string | undefined> {
  if (!mayRead(file)) return undefined;
  return await readSmallFile(file, LARGEST_FILE_BYTES).catch(() => undefined);
}
