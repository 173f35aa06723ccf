/**
 * The platform as the sidecar sees it: the one HTTP client, the one classifier of its answers, and
 * the schemas of what it says.
 *
 * @module
 */

export { askedWait, retryWait } from "./backoff.ts";
export { PlatformClient, type PlatformClientOptions } from "./client.ts";
export { Contact } from "./contact.ts";
export { isUnreachable, type Outcome, type OutcomeKind } from "./outcome.ts";
export {
  delegationsRequest,
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  type PlatformRequest,
  type Sender,
  wakeRequest,
  workspaceRequest,
} from "./requests.ts";
export { parseAgentAnswer, parseInboundSecret, parseRow, parseWorkspace } from "./schemas.ts";
export type { DelegationRow, WorkspaceAnswer } from "./schemas.ts";
