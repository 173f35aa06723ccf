/**
 * The platform as the sidecar sees it: the one HTTP client, the one classifier of its answers, and
 * the schemas of what it says.
 *
 * @module
 */

export { type ActivityRow, parseActivityId, parseActivityRow } from "./activity_row.ts";
export type { AnswerMark } from "./answer_mark.ts";
export { askedWait, FLEET_STEPS_MS, retryWait } from "./backoff.ts";
export { PlatformClient, type PlatformClientOptions } from "./client.ts";
export { Contact } from "./contact.ts";
export { type DelegationRow, parseRow } from "./delegation_row.ts";
export { isUnreachable, lastingTrouble, type Outcome, type OutcomeKind } from "./outcome.ts";
export {
  activityRequest,
  delegationsRequest,
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  pacedSender,
  type PlatformRequest,
  registerRequest,
  type Sender,
  stateRequest,
  wakeRequest,
  workspaceRequest,
} from "./requests.ts";
export {
  isObject,
  parseAgentAnswer,
  parseGeneration,
  parseInboundSecret,
  parseIssuedToken,
  parseRemoval,
  parseWorkspace,
  parseWorkspaceStatus,
} from "./schemas.ts";
export type { WorkspaceAnswer } from "./schemas.ts";
