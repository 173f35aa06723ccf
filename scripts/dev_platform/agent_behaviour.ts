/** What a workspace's agent does with an A2A message that the platform passes on to it. */
export type AgentBehaviour =
  /** Takes its turn at once and replies. */
  | { kind: "answers"; reply?: string }
  /** Takes its turn until `DevWorkspace.release()`, then replies. */
  | { kind: "blocks"; reply?: string }
  /** Cannot be reached: 502. */
  | { kind: "unreachable" }
  /** Its container is being restarted: 503 `restarting`. */
  | { kind: "restarting" }
  /** It is hibernated and waking up: 503 `waking` with Retry-After 15. */
  | { kind: "waking" }
  /** Busy: 202, queued for a later beat (503 when a beat has declared the capability `session`). */
  | { kind: "busy" }
  /** Busy, with a session of its own: 503 `busy` with Retry-After 30. */
  | { kind: "busy-session"; delivered?: boolean }
  /** Its budget is used up: 402. */
  | { kind: "budget" }
  /** Its answer could not be read: 502 with `delivery_confirmed`. */
  | { kind: "unconfirmed"; delivered: boolean }
  /** Its turn ends with a JSON-RPC error: 200. */
  | { kind: "error"; message: string };
