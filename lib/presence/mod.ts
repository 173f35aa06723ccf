/**
 * Whether the workspace is there: registering it, and asking the platform for it.
 *
 * @module
 */

export { type AgentCardOptions, readAgentCard } from "./agent_card.ts";
export { type FoundPresence, foundPresence } from "./found_presence.ts";
export { PresenceLoop, type PresenceLoopOptions } from "./presence_loop.ts";
export {
  Registration,
  registrationBody,
  type RegistrationOptions,
  type RegistrationResult,
  type RegistrationSettings,
  tokenObstacle,
} from "./registration.ts";
