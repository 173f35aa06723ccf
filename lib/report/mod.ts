/**
 * What the agent reports about itself.
 *
 * @module
 */

export { type AgentState, CAPABILITIES, type CapabilityName, Report } from "./report.ts";
