import { lineBatches, lineText } from "../byte_lines.ts";
import type { Log } from "../log/mod.ts";
import { writePrivateFile } from "../secrets/mod.ts";
import { counted, neutralise, reasonOf } from "../text.ts";
import { appendOnce } from "./_append_once.ts";
import {
  headerLine,
  JOURNAL_VERSION,
  looksLikeHeader,
  parseHeader,
  parseRecordLine,
  recordLine,
} from "./journal_line.ts";
import type { JournalRecord } from "./journal_record.ts";
import { JournalState } from "./journal_state.ts";
import { regularFileAt } from "../regular_file.ts";
import { ALONE } from "../sharing.ts";
import { Turns, type TurnTaking } from "../turns.ts";

/** The owner may read and write; nobody else may do anything. */
const PRIVATE = 0o600;
/** The journal is not written anew before it has this size. */
const LEAST_COMPACTED_BYTES = 256 * 1024;
/** Nor before it has grown to so many times what it was when it was written anew. */
const COMPACTED_AT_GROWTH = 4;

/** Options of {@linkcode Journal}. */
export interface JournalOptions {
  /** The file; undefined for a journal that lasts no longer than the process. */
  readonly file: string | undefined;
  /** Whose journal it is. */
  readonly workspaceId: string;
  readonly log: Log;
}

/** What was found when a journal was opened. */
export interface OpenedJournal {
  /** Whether it may know less than what was delivered: it is new, or was damaged. */
  readonly isIncomplete: boolean;
  /** Whether it was read: it is not, when it is as this process has left it. */
  readonly wasRead: boolean;
}

/**
 * What has been written, woken for and notified: a file of lines that are only ever appended, and
 * written anew, as a whole, when it has grown. Whoever opens it holds the results file's lock.
 *
 * Requires `--allow-read` and `--allow-write` for the file and for `<file>.tmp`.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #turns = new Turns();
  #state = new JournalState();
  /** The size of what is on the disk and sound; undefined when it has to be written anew. */
  #size: number | undefined;
  #compactedSize = 0;

  /** @param options Where, and whose. */
  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** What the records add up to. */
  get state(): Omit<JournalState, "apply" | "forget" | "forgetMessages" | "records"> {
    return this.#state;
  }

  /** Its size in bytes; undefined when there is no file, or it is to be written anew. */
  get bytes(): number | undefined {
    return this.#size;
  }

  /**
   * Reads the journal, or begins one. A torn last line is cut off; damaged lines are left out, and
   * the rest is written anew.
   *
   * @throws {TypeError} It is no journal of this workspace that this program can read; nothing is
   * changed.
   * @throws {Error} It cannot be read or written.
   */
  async open(): Promise<OpenedJournal> {
    return await this.#turns.take(() => this.#open());
  }

  /**
   * Reads the journal, and changes nothing.
   *
   * @returns How many results it remembers and how many of its lines are damaged; undefined when
   * there is none.
   * @throws {TypeError} It is no journal of this workspace that this program can read.
   * @throws {Error} It cannot be read.
   */
  async inspect(): Promise<{ results: number; damaged: number } | undefined> {
    const { file } = this.#options;
    if (file === undefined) return undefined;
    const there = await regularFileAt(file, "use the journal");
    if (there === undefined || there.size === 0) return undefined;
    const { state, damaged } = await this.#read(file);
    return { results: state.size, damaged };
  }

  /**
   * Adds records, and resolves when they are safe.
   *
   * @param records The records.
   * @throws {Error} They could not be written; the journal is as it was.
   */
  async append(records: readonly JournalRecord[]): Promise<void> {
    await this.#turns.take(async () => {
      await this.#write(records);
      for (const record of records) this.#state.apply(record);
      await this.#compactIfGrown();
    });
  }

  /**
   * Adds records of what has happened already. When the disk does not take them they hold all the
   * same, in memory, and reach the disk with a later call.
   *
   * @param records The records.
   * @param disk Lets it use the disk; by default at once.
   */
  async note(records: readonly JournalRecord[], disk: TurnTaking = ALONE.disk): Promise<void> {
    for (const record of records) this.#state.apply(record);
    await disk.take(() => this.#turns.take(() => this.#writeNoted(records)));
  }

  async #writeNoted(records: readonly JournalRecord[]): Promise<void> {
    try {
      await this.#write(records);
      await this.#compactIfGrown();
    } catch (error) {
      this.#size = undefined;
      this.#options.log.debug(`The journal waits for the disk: ${reasonOf(error)}`);
    }
  }

  /**
   * Tries to write what {@linkcode Journal.note} could not, so that it does not have to wait for
   * the next record.
   */
  async catchUp(): Promise<void> {
    if (this.#size === undefined) await this.note([]);
  }

  /**
   * Forgets what nobody will ask for any more.
   *
   * @param listed The keys of the results, and the ids of the delegations, that the platform lists.
   */
  forget(listed: ReadonlySet<string>): void {
    this.#state.forget(listed);
  }

  /** Forgets messages that nobody will ask for any more. */
  forgetMessages(): void {
    this.#state.forgetMessages();
  }

  async #open(): Promise<OpenedJournal> {
    const { file } = this.#options;
    if (file === undefined) return { isIncomplete: false, wasRead: true };
    const there = await regularFileAt(file, "use the journal");
    // Where it has only been tidied away, memory knows better.
    const isOurs = this.#size !== undefined && (there?.size ?? this.#size) === this.#size;
    if (isOurs) return { isIncomplete: false, wasRead: false };
    if (there === undefined || there.size === 0) {
      if (there !== undefined) this.#warn("is empty, as if nothing had ever been delivered");
      await this.#writeAnew([]);
      return { isIncomplete: true, wasRead: true };
    }
    const { state, damaged, isOld, size } = await this.#read(file);
    await makePrivate(file, there);
    // What has not reached the disk yet has happened all the same.
    for (const record of this.#state.records()) state.apply(record);
    this.#size = this.#state.size === 0 && !isOld ? size : undefined;
    this.#state = state;
    this.#compactedSize = size;
    if (damaged > 0) {
      await this.#writeAnew([]);
      this.#warn(`has lost ${counted(damaged, "damaged line")}: a result may be delivered again`);
    } else if (size < there.size) {
      using opened = await Deno.open(file, { write: true });
      await opened.truncate(size);
      this.#warn("ended in the middle of a line, which was cut off");
    }
    return { isIncomplete: damaged > 0, wasRead: true };
  }

  async #read(path: string): Promise<{
    readonly state: JournalState;
    readonly damaged: number;
    /** Whether an older program has written it: ours adds records that its version does not have. */
    readonly isOld: boolean;
    readonly size: number;
  }> {
    using file = await Deno.open(path, { read: true });
    const state = new JournalState();
    let damaged = 0;
    let records = 0;
    let size = 0;
    let header: string | undefined;
    let version: number | undefined;
    for await (const batch of lineBatches(file)) {
      const [first] = batch;
      const lines = batch.filter(({ isWhole }) => isWhole);
      size = lines.at(-1)?.end ?? size;
      if (header === undefined && first !== undefined) {
        header = lineText(first.bytes);
        const found = await this.#versionOf(header);
        version = first.isWhole ? found : undefined; // what is added would stand behind no line
        if (version === undefined) damaged++;
        lines.shift();
      }
      // All at once: what the checksum of a long line takes is mostly the wait for it.
      const read = await Promise.all(lines.map(({ bytes }) => parseRecordLine(bytes)));
      const sound = read.filter((record) => record !== undefined);
      damaged += read.length - sound.length;
      records += sound.length;
      for (const record of sound) state.apply(record);
    }
    // Damage is ours to mend; a file that somebody else has put there is not.
    if (records === 0 && !looksLikeHeader(header ?? "")) {
      this.#refuse("it is no journal of workspace-beat");
    }
    return { state, damaged, isOld: version !== JOURNAL_VERSION, size };
  }

  /**
   * The version that the first line says, or undefined when it is damaged; it throws when the journal
   * is not for this program to use.
   */
  async #versionOf(line: string): Promise<number | undefined> {
    const header = await parseHeader(line);
    if (header.kind === "newer") {
      this.#refuse(
        `it has version ${header.version}, and this workspace-beat reads version ` +
          `${JOURNAL_VERSION}: use the newer workspace-beat`,
      );
    }
    if (header.kind === "sound" && header.workspaceId !== this.#options.workspaceId) {
      this.#refuse(`it belongs to workspace '${neutralise(header.workspaceId, 64)}'`);
    }
    return header.kind === "sound" ? header.version : undefined;
  }

  #refuse(why: string): never {
    throw new TypeError(
      `Cannot use the journal '${this.#options.file}': ${why}; nothing in it was changed: choose ` +
        "another --results-file, or move this one and its journal away",
    );
  }

  #warn(what: string): void {
    this.#options.log.warn(`The journal '${this.#options.file}' ${what}`);
  }

  /** Appends with one write; what went wrong in the middle is cut off again. */
  async #write(records: readonly JournalRecord[]): Promise<void> {
    const { file } = this.#options;
    const size = this.#size;
    if (file === undefined || records.length === 0 && size !== undefined) return;
    const there = await regularFileAt(file, "append to the journal");
    // Tidied away, or changed by somebody: memory knows better.
    if (size === undefined || there?.size !== size) return await this.#writeAnew(records);
    const bytes = new TextEncoder().encode((await Promise.all(records.map(recordLine))).join(""));
    using opened = await Deno.open(file, { append: true });
    try {
      await appendOnce(opened, bytes, `the journal '${file}'`);
    } catch (error) {
      await opened.truncate(size);
      throw error;
    }
    this.#size = size + bytes.length;
  }

  async #writeAnew(records: readonly JournalRecord[]): Promise<void> {
    const { file, workspaceId } = this.#options;
    if (file === undefined) return;
    const lines = await Promise.all([...this.#state.records(), ...records].map(recordLine));
    const text = await headerLine(workspaceId) + lines.join("");
    this.#size = undefined;
    await writePrivateFile(file, text, { makesFolder: false });
    this.#size = new TextEncoder().encode(text).length;
    this.#compactedSize = this.#size;
  }

  async #compactIfGrown(): Promise<void> {
    const limit = Math.max(LEAST_COMPACTED_BYTES, this.#compactedSize * COMPACTED_AT_GROWTH);
    const size = this.#size;
    if (size === undefined || size <= limit) return;
    try {
      await this.#writeAnew([]);
    } catch (error) {
      this.#size = size; // the one that has grown is still there
      this.#options.log.debug(`The journal cannot be written anew yet: ${reasonOf(error)}`);
    }
  }
}

/** What others could have written is not to be relied on, and what they can read tells of peers. */
async function makePrivate(file: string, { mode }: Deno.FileInfo): Promise<void> {
  if (mode !== null && (mode & 0o077) !== 0) await Deno.chmod(file, PRIVATE);
}
