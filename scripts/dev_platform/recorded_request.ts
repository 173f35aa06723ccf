import type { RouteName } from "./route_name.ts";

/** One request that the development platform has received. */
export interface RecordedRequest {
  /** How many have come in before it. */
  readonly index: number;
  /** The endpoint it is for, or "other" when the platform has no such endpoint. */
  readonly route: RouteName | "other";
  /** The HTTP method. */
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** The query with its "?", or "". */
  readonly search: string;
  /** The request's headers. */
  readonly headers: Headers;
  /** The body as text, cut after 1 MiB. */
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  readonly body: unknown;
  /** When it had been received in full, on the `performance.now()` clock. */
  readonly receivedAt: number;
  /** When the platform was done with it: answered, or the connection dropped. */
  answeredAt: number | undefined;
  /** The status of the answer; undefined while there is none, and for a dropped connection. */
  status: number | undefined;
  /** The workspace that the path or the body names. */
  readonly workspaceId: string | undefined;
  /**
   * Whether the connection was lost before the platform was done with it: the client has hung up,
   * or the platform has gone down.
   */
  aborted: boolean;
}
