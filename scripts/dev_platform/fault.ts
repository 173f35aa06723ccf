import type { RecordedRequest } from "./recorded_request.ts";

/** What happens to a request instead of, or around, the platform's own handling. */
export type Fault =
  /** This answer, and nothing is handled. An object body is sent as JSON. */
  | {
    kind: "answer";
    status: number;
    body?: string | object;
    headers?: Record<string, string>;
  }
  /** Waits in real time, then handles as usual, even if the client has hung up meanwhile. */
  | { kind: "delay"; ms: number }
  /** No answer until the fault is cleared, which then handles the request as usual. */
  | { kind: "hang" }
  /**
   * The connection is dropped before any answer, and nothing is handled. Deno's `fetch` sends such a
   * request a second time by itself (2.9 on a connection that it has used before, 2.7 on any),
   * unless its body is a stream: then `times: 1` goes unnoticed.
   */
  | { kind: "reset" }
  /** Handles as usual, then sends the headers and half of the body and drops the connection. */
  | { kind: "truncate" }
  /**
   * Sends the headers at once and the body slowly: `body` as a 200 without any handling, or else
   * the body of the usual answer.
   */
  | { kind: "drip"; bytesPerSecond: number; body?: string }
  /** A redirect, 302 by default. */
  | { kind: "redirect"; location: string; status?: number }
  /** A 200 whose JSON body is this long. */
  | { kind: "huge"; bytes: number }
  /** Whatever the test makes of it, or without a response a `reset`; only in-process. */
  | {
    kind: "handle";
    handler: (request: RecordedRequest) => Response | undefined | Promise<Response | undefined>;
  };

/** How often a fault strikes, and whom. */
export interface FaultOptions {
  /**
   * Number of requests.
   *
   * @default {Infinity}
   */
  times?: number;
  /** Only requests for this workspace. */
  workspaceId?: string;
}
