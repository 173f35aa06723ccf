import { type Answer, failure } from "./_answer.ts";
import { HttpConnection } from "./_http_connection.ts";
import { BadRequest, type HttpRequest } from "./_http_request.ts";

/** One request and the means to answer it. */
export interface Exchange {
  /** The request. */
  readonly request: HttpRequest;
  /** Aborted when the client has hung up. */
  readonly hungUp: AbortSignal;
  /** Sends the answer. Without one, the connection is dropped. */
  send(answer: Answer): Promise<void>;
}

/** An HTTP/1.1 server on 127.0.0.1. Requires `--allow-net=127.0.0.1`. */
export class HttpServer {
  readonly #serve: (exchange: Exchange) => Promise<void>;
  readonly #connections = new Set<HttpConnection>();
  readonly #tasks = new Set<Promise<void>>();
  #listener: Deno.Listener | undefined;
  #accepted = 0;

  /** The port, once it has listened. */
  port: number;

  /**
   * @param port The port, or 0 for a free one.
   * @param serve Handles one request; it must not reject.
   */
  constructor(port: number, serve: (exchange: Exchange) => Promise<void>) {
    this.port = port;
    this.#serve = serve;
  }

  /** How many connections have been accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Starts to listen; does nothing while it listens. */
  listen(): void {
    if (this.#listener !== undefined) return;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#listener = listener;
    this.port = listener.addr.port;
    this.#track(this.#accept(listener));
  }

  /** Stops listening and drops every connection. Requests that are being handled go on. */
  stop(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of this.#connections) connection.drop();
  }

  /** Stops, and waits until every request has been handled. */
  async close(): Promise<void> {
    this.stop();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for (;;) {
      let conn: Deno.Conn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (this.#listener !== listener) return; // stop() has closed it.
        throw error;
      }
      this.#accepted++;
      this.#track(this.#converse(new HttpConnection(conn)));
    }
  }

  async #converse(connection: HttpConnection): Promise<void> {
    this.#connections.add(connection);
    try {
      for (;;) {
        const request = await connection.next();
        if (request === undefined) break;
        let answered = false;
        await this.#serve({
          request,
          hungUp: connection.hungUp,
          send: async (answer) => {
            answered = true;
            await connection.send(answer, request);
          },
        });
        if (!answered || !request.keepAlive) break;
      }
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      const answer = failure(error.status, error.message);
      await connection.send(answer, { method: "GET", keepAlive: false });
    } finally {
      connection.drop();
      await connection.ended;
      this.#connections.delete(connection);
    }
  }
}
