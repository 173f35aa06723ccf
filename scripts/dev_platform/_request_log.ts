import { Latest } from "./_latest.ts";
import type { RecordedRequest } from "./recorded_request.ts";
import type { RequestMatch, WaitForOptions } from "./wait_for.ts";

const DEFAULT_TIMEOUT_MS = 20_000;

/** The requests in the order in which they have come in, and those who wait for some. */
export class RequestLog {
  readonly #requests: Latest<RecordedRequest>;
  readonly #waiters = new Set<() => void>();
  #closed = false;

  /** @param most How many of the latest requests are kept; Infinity for all. */
  constructor(most: number) {
    this.#requests = new Latest(most);
  }

  /** The requests so far. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests.kept;
  }

  /**
   * Adds a request.
   *
   * @param request The request, without its index.
   * @returns The record.
   */
  add(request: Omit<RecordedRequest, "index">): RecordedRequest {
    const record = { ...request, index: this.#requests.count };
    this.#requests.add(record);
    this.changed();
    return record;
  }

  /** Looks again at what is waited for; to be called when a record has changed. */
  changed(): void {
    for (const look of [...this.#waiters]) look();
  }

  /**
   * Waits for a request.
   *
   * @param match Tells which.
   * @param options Which of them, and how long to wait.
   * @returns The request.
   * @throws {Error} If none comes in time, or the platform closes.
   */
  async waitFor(match: RequestMatch, options: WaitForOptions = {}): Promise<RecordedRequest> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const { promise, resolve, reject } = Promise.withResolvers<RecordedRequest>();
    const look = () => {
      try {
        const found = this.#find(match, options);
        if (found !== undefined) resolve(found);
        else if (this.#closed) reject(new Error(this.#missing("the platform was closed")));
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(
      () => reject(new Error(this.#missing(`none came in ${timeoutMs} ms`))),
      timeoutMs,
    );
    this.#waiters.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(look);
    }
  }

  /** Ends every wait that has found nothing. */
  close(): void {
    this.#closed = true;
    this.changed();
  }

  #find(match: RequestMatch, options: WaitForOptions): RecordedRequest | undefined {
    const { from = 0, count = 1, whenReceived = false } = options;
    let left = count;
    for (const request of this.#requests.after(from)) {
      if (!whenReceived && request.answeredAt === undefined) continue;
      if (match(request) && --left === 0) return request;
    }
    return undefined;
  }

  #missing(why: string): string {
    const lines = this.#requests.kept.map((request) =>
      `  ${request.index}: ${request.method} ${request.path} → ${outcome(request)}`
    );
    const received = lines.length === 0 ? "nothing" : `\n${lines.join("\n")}`;
    return `Cannot find the request that was waited for: ${why}: received ${received}`;
  }
}

function outcome(request: RecordedRequest): string {
  const status = request.status ?? (request.answeredAt === undefined ? "unanswered" : "dropped");
  return request.aborted ? `${status}, client hung up` : `${status}`;
}
