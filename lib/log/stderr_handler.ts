import { BaseHandler } from "@std/log/base-handler";
import type { LevelName } from "@std/log/levels";
import type { FormatterFunction } from "@std/log/base-handler";
import { settlesWithin } from "../clock.ts";

/** The most bytes that wait to be written: about a thousand lines. */
const MOST_WAITING_BYTES = 128 * 1024;

/** Where the lines go: standard error, or a stand-in of the same shape. */
export interface LineSink {
  /** Writes some of the bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Writes log lines to standard error without ever waiting for it: a reader that has stopped
 * reading would otherwise block the process, and the beats with it. When too much waits, lines are
 * dropped and counted, and a line tells the count.
 */
export class StderrHandler extends BaseHandler {
  readonly #sink: LineSink;
  readonly #encoder = new TextEncoder();
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  /**
   * Makes the handler.
   *
   * @param levelName The least level that is written.
   * @param options `formatter` makes the line; `sink` is for tests.
   */
  constructor(
    levelName: LevelName,
    options: { formatter: FormatterFunction; sink?: LineSink },
  ) {
    super(levelName, { formatter: options.formatter });
    this.#sink = options.sink ?? Deno.stderr;
  }

  /** Queues a line. */
  override log(line: string): void {
    const bytes = this.#encoder.encode(`${line}\n`);
    if (this.#waitingBytes + bytes.length > MOST_WAITING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#write();
  }

  /**
   * Waits until everything queued is written, but not for ever: nobody may be reading.
   *
   * @param ms The longest wait, in milliseconds.
   */
  async flush(ms: number): Promise<void> {
    await settlesWithin(this.#writing, ms);
  }

  async #write(): Promise<void> {
    try {
      for (let bytes = this.#waiting.shift(); bytes; bytes = this.#waiting.shift()) {
        while (bytes.length > 0) {
          const written = await this.#sink.write(bytes);
          this.#waitingBytes -= written;
          bytes = bytes.subarray(written);
        }
        if (this.#waiting.length === 0 && this.#dropped > 0) {
          const note = `(${this.#dropped} log lines were dropped: standard error was not read)\n`;
          this.#dropped = 0;
          this.#waiting.push(this.#encoder.encode(note));
          this.#waitingBytes += note.length;
        }
      }
    } catch {
      // Standard error is closed: there is nowhere left to say so, and the beats go on.
      this.#waiting = [];
      this.#waitingBytes = 0;
    } finally {
      this.#writing = undefined;
    }
  }
}
