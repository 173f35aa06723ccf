import { reasonOf } from "../text.ts";
import type { ConsumedFormat } from "./consumed_text.ts";
import { NotConsumedError } from "./not_consumed_error.ts";
import { Pieces, type Writer } from "./_pieces.ts";
import type { ResultRecord } from "./result_record.ts";

/** Results on their way to a reader: one document, in pieces, never all of it in memory. */
export class Printout {
  readonly #format: ConsumedFormat;
  readonly #pieces: Pieces;
  #hasBegun = false;
  #isBroken = false;

  /**
   * @param writer Who gets it, such as `Deno.stdout`.
   * @param format How it looks.
   */
  constructor(writer: Writer, format: ConsumedFormat) {
    this.#pieces = new Pieces(writer);
    this.#format = format;
  }

  /** Whether there is something that only {@linkcode end} makes whole. */
  get isOpen(): boolean {
    return this.#hasBegun && !this.#isBroken;
  }

  /**
   * Adds a result.
   *
   * @throws {NotConsumedError} It cannot be printed.
   */
  async add(record: ResultRecord): Promise<void> {
    const { opening, separator } = this.#format;
    const before = this.#hasBegun ? separator : opening;
    this.#hasBegun = true;
    await this.#write(before + this.#format.show(record));
  }

  /**
   * Ends the document, and prints all of it.
   *
   * @throws {NotConsumedError} It cannot be printed.
   */
  async end(): Promise<void> {
    const { closing, nothing } = this.#format;
    await this.#write(this.#hasBegun ? closing : nothing);
    await this.flush();
  }

  /**
   * Prints what has been added.
   *
   * @throws {NotConsumedError} It cannot be printed.
   */
  async flush(): Promise<void> {
    await this.#orBreak(() => this.#pieces.flush());
  }

  async #write(text: string): Promise<void> {
    await this.#orBreak(() => this.#pieces.add(new TextEncoder().encode(text)));
  }

  async #orBreak(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#isBroken = true;
      throw new NotConsumedError(
        `Cannot print the results: ${reasonOf(error)}: what was not printed wholly is kept, and ` +
          "the next run prints it again",
        "print",
      );
    }
  }
}
