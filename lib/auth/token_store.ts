import { parseToken } from "../config/mod.ts";
import type { Log, Secrets } from "../log/mod.ts";
import { fileStamp } from "../file_stamp.ts";
import { mayRead } from "../grants.ts";
import { reasonOf } from "../text.ts";
import { writePrivateFile } from "../secrets/mod.ts";
import { readSmallFile } from "../small_file.ts";

/** Where tokens come from. */
export interface TokenSource {
  /** The token to send now, or undefined when there is none. */
  current(): Promise<string | undefined>;
  /**
   * Looks for a newer token after the platform has refused one.
   *
   * @param refused The token that was refused.
   * @returns The token to send now.
   */
  refresh(refused: string | undefined): Promise<string | undefined>;
}

/** Options of {@linkcode TokenStore}. */
export interface TokenStoreOptions {
  /** The token file (contract 4.1). */
  readonly file: string;
  /** `MOLECULE_WORKSPACE_TOKEN`, used while the file gives none. */
  readonly environmentToken?: string | undefined;
  /** Learns every token, so that no log line can show one. */
  readonly secrets: Secrets;
  readonly log: Log;
}

/** A token is 43 characters; a file larger than this is something else. */
export const LARGEST_TOKEN_FILE_BYTES = 8 * 1024;

/**
 * The workspace's token: from its file, then from the environment. The file is read again when it
 * has changed (mtime, size or inode) and when the platform refuses the token: the platform
 * replaces it under a running workspace (contract 4.1, issue #1877).
 *
 * Requires `--allow-read` for the file, `--allow-write` to save; without the first only the
 * environment's token is used.
 */
export class TokenStore implements TokenSource {
  readonly #options: TokenStoreOptions;
  #stamp: string | undefined;
  #fromFile: string | undefined;
  #reading: Promise<void> | undefined;
  #complaint: string | undefined;

  /** @param options The file, and the token to use without it. */
  constructor(options: TokenStoreOptions) {
    this.#options = options;
    if (options.environmentToken !== undefined) options.secrets.add(options.environmentToken);
  }

  /** @inheritdoc */
  async current(): Promise<string | undefined> {
    if (await this.#fileStamp() !== this.#stamp) await this.#reread();
    return this.#token;
  }

  /** @inheritdoc */
  async refresh(refused: string | undefined): Promise<string | undefined> {
    // Somebody who was refused at the same time may already have found the new token.
    if (this.#reading === undefined && this.#token !== refused) return this.#token;
    await this.#reread();
    return this.#token;
  }

  /**
   * Saves a token that the platform has issued: 0600, atomically, and only if it is another one.
   *
   * @param text The token; white space around it is dropped.
   * @throws {TypeError} The text holds no token.
   * @throws {Error} The file cannot be written; the former token is still there.
   */
  async save(text: string): Promise<void> {
    const token = parseToken(text);
    if (token === undefined) {
      throw new TypeError(
        "Cannot save the token: expected printable characters without spaces, and at least one",
      );
    }
    this.#options.secrets.add(token);
    if (await this.#inFile() !== token) await writePrivateFile(this.#options.file, token);
    this.#fromFile = token;
  }

  get #token(): string | undefined {
    return this.#fromFile ?? this.#options.environmentToken;
  }

  /** Everything that tells one state of the file from another. */
  async #fileStamp(): Promise<string> {
    if (!mayRead(this.#options.file)) return "not granted";
    try {
      return (await fileStamp(this.#options.file)).text;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #reread(): Promise<void> {
    this.#reading ??= this.#read().finally(() => this.#reading = undefined);
    return this.#reading;
  }

  async #read(): Promise<void> {
    // Remembered as it was before the reading: a change in between is seen next time.
    this.#stamp = await this.#fileStamp();
    // Writers that are not atomic leave the file empty for an instant, and a volume may go and
    // come back: the last token that was read stays in use until there is another.
    const token = await this.#inFile();
    if (token === undefined) return;
    this.#options.secrets.add(token);
    this.#fromFile = token;
    this.#complaint = undefined;
  }

  /** The token that the file holds, or undefined, with a warning where somebody must act. */
  async #inFile(): Promise<string | undefined> {
    const { file } = this.#options;
    if (!mayRead(file)) return undefined;
    try {
      const text = await readSmallFile(file, LARGEST_TOKEN_FILE_BYTES) ?? "";
      const token = parseToken(text);
      if (token === undefined && text.trim() !== "") {
        this.#complain(
          `Cannot use the token file '${file}': expected one line of printable ` +
            "characters without spaces: write the workspace's token to it, and nothing else",
        );
      }
      return token;
    } catch (error) {
      this.#complain(
        `Cannot read the token file '${file}': ${reasonOf(error)}: ` +
          "check that it is a regular file that this user may read",
      );
      return undefined;
    }
  }

  /** Warns, once for as long as nothing else is wrong. */
  #complain(message: string): void {
    if (message !== this.#complaint) this.#options.log.warn(message);
    this.#complaint = message;
  }
}
