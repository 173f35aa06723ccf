import type { Log, Secrets } from "../log/mod.ts";
import { type FileStamp, fileStamp } from "../file_stamp.ts";
import { mayRead } from "../grants.ts";
import { reasonOf } from "../text.ts";
import { writePrivateFile } from "../secrets/mod.ts";
import type { TokenSigns } from "../vitals/mod.ts";
import { isSameContent, lookIntoTokenFile } from "./token_file.ts";

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

/** A source that knows a token without waiting for a disk. */
export interface KeptTokens extends TokenSource {
  /** The token as of the last time that anybody looked, or undefined when there was none. */
  readonly latest: string | undefined;
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

/**
 * The workspace's token: from its file, then from the environment. The file is read again when it
 * has changed (mtime, size or inode) and when the platform refuses the token: the platform
 * replaces it under a running workspace (contract 4.1, issue #1877).
 *
 * Requires `--allow-read` for the file, `--allow-write` to save; without the first only the
 * environment's token is used.
 */
export class TokenStore implements KeptTokens {
  readonly #options: TokenStoreOptions;
  #stamp: string | undefined;
  #fromFile: string | undefined;
  /** When that was written to its file, or issued, in epoch milliseconds. */
  #changedAt: number | undefined;
  /** A token that the file does not hold yet, and what it holds as long as nobody changes it. */
  #unsaved: { readonly token: string; readonly inFile: string | undefined } | undefined;
  /** The last token that was saved: nobody else has it. */
  #saved: string | undefined;
  #reading: Promise<void> | undefined;
  #complaint: string | undefined;

  /** @param options The file, and the token to use without it. */
  constructor(options: TokenStoreOptions) {
    this.#options = options;
    if (options.environmentToken !== undefined) options.secrets.add(options.environmentToken);
  }

  /** @inheritdoc */
  get latest(): string | undefined {
    return this.#fromFile ?? this.#options.environmentToken;
  }

  /** The token that was issued to this process and that the file does not hold, if there is one. */
  get unsaved(): string | undefined {
    return this.#unsaved?.token;
  }

  /** Where the latest token is from, and how old it is. */
  get inUse(): TokenSigns {
    if (this.#unsaved !== undefined) return { source: "issued", changedAt: this.#changedAt };
    if (this.#fromFile !== undefined) return { source: "file", changedAt: this.#changedAt };
    const isSet = this.#options.environmentToken !== undefined;
    return { source: isSet ? "environment" : "none", changedAt: undefined };
  }

  /** @inheritdoc */
  async current(): Promise<string | undefined> {
    if ((await this.#fileStamp()).text !== this.#stamp) await this.#reread();
    const token = this.latest;
    if (token !== undefined) this.#options.secrets.add(token); // it is in use, and not forgotten
    return token;
  }

  /** @inheritdoc */
  async refresh(refused: string | undefined): Promise<string | undefined> {
    // Somebody who was refused at the same time may already have found the new token.
    if (this.#reading === undefined && this.latest !== refused) return this.latest;
    await this.#reread();
    return this.latest;
  }

  /**
   * Uses a token that the platform has issued from now on, although the file does not hold it yet, and
   * also when that cannot be written: the platform tells it only once.
   *
   * @param token The token, which {@linkcode TokenStore.save} is going to save.
   */
  adopt(token: string): void {
    this.#options.secrets.add(token);
    if (this.#unsaved?.token !== token) {
      const inFile = this.#unsaved === undefined ? this.#fromFile : this.#unsaved.inFile;
      this.#unsaved = { token, inFile };
    }
    if (token !== this.#fromFile) this.#changedAt = Date.now();
    this.#fromFile = token;
  }

  /**
   * Saves the token that was adopted: 0600, atomically, and only if the file holds another one. A
   * token that somebody else has put into it since then is left there, and used.
   *
   * @returns Whether it is saved; false when there is none that is to be.
   * @throws {TypeError} The file holds something else than a token, which is left as it is.
   * @throws {Error} The file cannot be written, and is as it was.
   */
  async save(): Promise<boolean> {
    const found = await lookIntoTokenFile(this.#options.file);
    const adopted = this.#unsaved;
    if (adopted === undefined) return false; // somebody else's was found meanwhile
    if (found.kind === "unusable") throw new TypeError(found.problem);
    const { token } = adopted;
    if (found.kind !== "token" || found.token === adopted.inFile && found.token !== token) {
      // Somebody may put one there while ours is on its way to the disk.
      const isAsFound = async () =>
        isSameContent(await lookIntoTokenFile(this.#options.file), found);
      const isWritten = await writePrivateFile(this.#options.file, token, {
        isStillDue: isAsFound,
      });
      if (!isWritten) return await this.save();
      // Another process may have written beside it at the same time.
      const written = await lookIntoTokenFile(this.#options.file);
      if (written.kind !== "token" || written.token !== token) {
        throw new Error("The file does not hold it");
      }
    } else if (found.token !== token) {
      this.#use(found.token, Date.now());
      return false;
    }
    this.#saved = token;
    // One that was adopted, or found, meanwhile is to take the place of this one.
    const latest = this.#fromFile ?? token;
    this.#unsaved = latest === token ? undefined : { token: latest, inFile: token };
    return true;
  }

  /** Everything that tells one state of the file from another. */
  async #fileStamp(): Promise<Pick<FileStamp, "text" | "writtenAt">> {
    if (!mayRead(this.#options.file)) return { text: "not granted", writtenAt: undefined };
    try {
      return await fileStamp(this.#options.file);
    } catch (error) {
      return { text: reasonOf(error), writtenAt: undefined };
    }
  }

  #reread(): Promise<void> {
    this.#reading ??= this.#read().finally(() => this.#reading = undefined);
    return this.#reading;
  }

  async #read(): Promise<void> {
    // Remembered as it was before the reading: a change in between is seen next time.
    const { text, writtenAt } = await this.#fileStamp();
    this.#stamp = text;
    // Writers that are not atomic leave the file empty for an instant, and a volume may go and
    // come back: the last token that was read stays in use until there is another.
    const found = await lookIntoTokenFile(this.#options.file);
    switch (found.kind) {
      case "token":
        // So does one that could not be written there yet.
        if (found.token !== this.#unsaved?.inFile) this.#use(found.token, writtenAt);
        return;
      case "missing":
        if (this.#unsaved === undefined) this.#miss();
        return;
      case "unusable":
        this.#complain(found.problem);
    }
  }

  #use(token: string, writtenAt: number | undefined): void {
    const { file, log, secrets } = this.#options;
    secrets.add(token);
    if (this.#unsaved !== undefined && this.#unsaved.token !== token) {
      log.info(
        `Somebody has put another token into '${file}': it is used, and the one that the platform ` +
          "has issued is dropped",
      );
    }
    if (token !== this.#fromFile) this.#changedAt = writtenAt;
    this.#fromFile = token;
    this.#unsaved = undefined;
    this.#complaint = undefined;
  }

  /** The file is gone, and a restart would lose its token. */
  #miss(): void {
    const { file } = this.#options;
    const token = this.#fromFile;
    if (token === undefined) return;
    if (token === this.#saved) {
      this.#unsaved = { token, inFile: undefined };
      return;
    }
    this.#complain(
      `The token file '${file}' is gone: its token is used until a restart: put it back`,
    );
  }

  /** Warns, once for as long as nothing else is wrong. */
  #complain(message: string): void {
    if (message !== this.#complaint) this.#options.log.warn(message);
    this.#complaint = message;
  }
}
