const CR = 13, LF = 10;

/** Bytes that have come in over a connection and wait to be taken. */
export class ByteQueue {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(8 * 1024);
  #start = 0;
  #end = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** @param chunk Bytes to add; they are copied. */
  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Takes bytes away.
   *
   * @param count How many; no more than wait.
   * @returns A copy of them.
   */
  take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(this.#start, this.#start + count);
    this.#start += taken.length;
    return taken;
  }

  /**
   * Looks for the end of a line.
   *
   * @returns How many bytes the line has, its CR LF included, or undefined when it isn't complete.
   */
  lineLength(): number | undefined {
    for (let at = this.#start + 1; at < this.#end; at++) {
      if (this.#bytes[at] === LF && this.#bytes[at - 1] === CR) return at - this.#start + 1;
    }
    return undefined;
  }

  #makeRoom(count: number): void {
    const waiting = this.#bytes.subarray(this.#start, this.#end);
    const needed = waiting.length + count;
    const larger = new Uint8Array(Math.max(needed * 2, this.#bytes.length));
    larger.set(waiting);
    this.#bytes = larger;
    this.#end = waiting.length;
    this.#start = 0;
  }
}
