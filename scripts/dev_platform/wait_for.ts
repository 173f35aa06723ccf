import type { RecordedRequest } from "./recorded_request.ts";

/** Which request to wait for, and how long. */
export interface WaitForOptions {
  /**
   * The first index that counts.
   *
   * @default {0}
   */
  from?: number;
  /**
   * How long to wait, in milliseconds of real time.
   *
   * @default {20000}
   */
  timeoutMs?: number;
  /**
   * Whether a request counts as soon as it has been received.
   *
   * @default {false}
   */
  whenReceived?: boolean;
  /**
   * Which of the matching requests to resolve with.
   *
   * @default {1}
   */
  count?: number;
}

/** Tells whether a request is the one that is waited for. */
export type RequestMatch = (request: RecordedRequest) => boolean;
