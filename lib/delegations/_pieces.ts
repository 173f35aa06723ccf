import { concat } from "@std/bytes/concat";
import { writeWhole } from "../write_whole.ts";

/** What is written at once. */
const PIECE_BYTES = 64 * 1024;

/** Where bytes go. */
export interface Writer {
  /** Writes some of the bytes, and gives their number. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Collects bytes, and writes many at once. */
export class Pieces {
  readonly #writer: Writer;
  #waiting: Uint8Array[] = [];
  #size = 0;

  /** @param writer Where they go. */
  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Adds bytes. */
  async add(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#waiting.push(part);
      this.#size += part.length;
    }
    if (this.#size >= PIECE_BYTES) await this.flush();
  }

  /** Writes everything that was added. */
  async flush(): Promise<void> {
    const bytes = concat(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    await writeWhole(this.#writer, bytes);
  }
}
