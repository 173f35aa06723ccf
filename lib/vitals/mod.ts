/**
 * What happens to a workspace's sidecar, as those learn of it who tell others: the status file, and
 * whatever else watches.
 *
 * @module
 */

export type {
  BeatSigns,
  Gauges,
  LastOutcome,
  MemorySigns,
  Outage,
  RequestSigns,
  ResultSigns,
  TokenSigns,
  VitalSigns,
  WorkspacePresence,
  WorkspaceSigns,
} from "./vital_signs.ts";
export { type RequestListener, type RequestPurpose, Vitals, type VitalsOptions } from "./vitals.ts";
