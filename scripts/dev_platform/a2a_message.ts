/** An A2A message. */
export type A2aMessage = Readonly<Record<string, unknown>> & { readonly messageId: string };

/** An A2A request in its JSON-RPC envelope. */
export interface A2aRequest {
  /** The id of the JSON-RPC request. */
  readonly id: unknown;
  /** The JSON-RPC method. */
  readonly method: string;
  /** `params.message`, which always has a messageId. */
  readonly message: A2aMessage;
}

/** An A2A message that has reached the agent. */
export interface DeliveredMessage {
  /** When, on the platform's clock. */
  readonly at: number;
  /** `params.message`. */
  readonly message: unknown;
  /** The header X-Workspace-ID; null stands for the user. */
  readonly callerId: string | null;
  /** The message's text parts, joined. */
  readonly text: string;
  /** The headers of the request that brought it; undefined for what a queue or the platform sent. */
  readonly headers: Headers | undefined;
}

/** An A2A message that waits until the agent has a free slot. */
export interface QueuedMessage {
  /** Its id in the queue. */
  readonly queueId: string;
  /** The message's id: the queue's idempotency key. */
  readonly messageId: string;
  /** The header X-Workspace-ID; null stands for the user. */
  readonly callerId: string | null;
  /** The whole A2A request. */
  readonly request: A2aRequest;
  /** How often it was passed on to the agent. */
  attempts: number;
  /** What has become of it. */
  status: "queued" | "dispatched" | "completed" | "failed";
}
