import type { Answer } from "./_answer.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { BadRequest, bodyLength, type HttpRequest, parseHead } from "./_http_request.ts";
import { responseHead } from "./_http_response.ts";

const HEAD_LIMIT = 64 * 1024;
const BODY_LIMIT = 64 * 1024 * 1024;
const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/**
 * One connection of an HTTP/1.1 client. `Deno.serve` and `node:http` can neither drop a connection
 * before the answer nor stop in the middle of one on every Deno version; this can.
 */
export class HttpConnection {
  readonly #conn: Deno.Conn;
  readonly #received = new ByteQueue();
  readonly #hungUp = new AbortController();
  readonly #reading: Promise<void>;
  #more = Promise.withResolvers<void>();
  #dropped = false;

  /** @param conn An accepted connection; it is read from at once. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.#reading = this.#read();
  }

  /** Aborted when the client has hung up, or the connection was dropped. */
  get hungUp(): AbortSignal {
    return this.#hungUp.signal;
  }

  /** Resolves when nothing is read any more. */
  get ended(): Promise<void> {
    return this.#reading;
  }

  /**
   * Waits for the next request.
   *
   * @returns The request, or undefined when the client has hung up.
   * @throws {BadRequest} If it isn't HTTP.
   */
  async next(): Promise<HttpRequest | undefined> {
    const lines = await this.#lines();
    if (lines === undefined) return undefined;
    const head = parseHead(lines);
    const length = bodyLength(head.headers, BODY_LIMIT);
    if (head.headers.get("expect")?.toLowerCase() === "100-continue") {
      await this.#write(encoder.encode("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    const body = length === "chunked" ? await this.#chunks() : await this.#bytes(length);
    return body === undefined ? undefined : { ...head, body };
  }

  /**
   * Sends an answer. A client that hangs up meanwhile ends it, without an error.
   *
   * @param answer The answer.
   * @param request The request that it is for.
   */
  async send(answer: Answer, request: Pick<HttpRequest, "method" | "keepAlive">): Promise<void> {
    const { body } = answer;
    const { head, bare, chunked } = responseHead(answer, request);
    if (typeof body === "string") {
      await this.#write(encoder.encode(bare ? head : head + body));
    } else if (await this.#write(encoder.encode(head)) && !bare) {
      await this.#stream(body, chunked);
    }
    if (answer.cutShort) this.drop();
  }

  /** Closes the connection; nothing more is sent or received. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#conn.close();
    this.#end();
  }

  async #stream(body: AsyncIterable<Uint8Array>, chunked: boolean): Promise<void> {
    for await (const bytes of body) {
      if (bytes.length === 0) continue;
      if (chunked && !await this.#write(encoder.encode(`${bytes.length.toString(16)}\r\n`))) return;
      if (!await this.#write(bytes)) return;
      if (chunked && !await this.#write(encoder.encode("\r\n"))) return;
    }
    if (chunked) await this.#write(encoder.encode("0\r\n\r\n"));
  }

  /** Says whether all was written: a client may hang up at any time, and that is no error here. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let written = 0; written < bytes.length;) {
        if (this.#hungUp.signal.aborted) return false;
        written += await this.#conn.write(bytes.subarray(written));
      }
      return true;
    } catch {
      this.#end();
      return false;
    }
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#conn.read(chunk);
        if (count === null) break;
        this.#received.append(chunk.subarray(0, count));
        this.#more.resolve();
      }
    } catch {
      // A reset by the client and our own close() end the connection as its end does.
    }
    this.#end();
  }

  #end(): void {
    this.#hungUp.abort();
    this.#more.resolve();
  }

  /** Waits until more has come in; false when nothing more can. */
  async #grown(): Promise<boolean> {
    const before = this.#received.length;
    while (this.#received.length === before) {
      if (this.#hungUp.signal.aborted) return false;
      await this.#more.promise;
      this.#more = Promise.withResolvers();
    }
    return true;
  }

  async #bytes(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#received.length < count) if (!await this.#grown()) return undefined;
    return this.#received.take(count);
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const length = this.#received.lineLength();
      if (length !== undefined) return latin1.decode(this.#received.take(length)).slice(0, -2);
      if (this.#received.length > HEAD_LIMIT) {
        throw new BadRequest("Cannot take so long a line", 431);
      }
      if (!await this.#grown()) return undefined;
    }
  }

  /** Lines up to an empty one. */
  async #lines(): Promise<string[] | undefined> {
    const lines: string[] = [];
    for (let size = 0;;) {
      const line = await this.#line();
      if (line === undefined) return undefined;
      if (line === "" && lines.length > 0) return lines;
      if (line !== "") lines.push(line);
      size += line.length;
      if (size > HEAD_LIMIT) throw new BadRequest("Cannot take so many headers", 431);
    }
  }

  async #chunks(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const body = new ByteQueue();
    for (;;) {
      const line = await this.#line();
      if (line === undefined) return undefined;
      const size = /^[0-9a-f]+/i.exec(line)?.[0];
      if (size === undefined) throw new BadRequest(`Cannot read the chunk size '${line}'`);
      const length = parseInt(size, 16);
      if (body.length + length > BODY_LIMIT) {
        throw new BadRequest("Cannot take so long a body", 413);
      }
      const bytes = await this.#bytes(length + 2);
      if (bytes === undefined) return undefined;
      // Trailers aren't supported: what follows the last chunk is its empty line.
      if (length === 0) return body.take(body.length);
      body.append(bytes.subarray(0, length));
    }
  }
}
