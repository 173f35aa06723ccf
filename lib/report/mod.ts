/**
 * What the agent reports about itself.
 *
 * @module
 */

export { type AgentState, CAPABILITIES, type CapabilityName } from "./agent_state.ts";
export { changeReport, type ChangeReportOptions, ReportBusyError } from "./change_report.ts";
export {
  requestFailed,
  requestSucceeded,
  taskFinished,
  taskStarted,
  wedgeCleared,
  wedgeMarked,
} from "./operations.ts";
export { type FoundReport, readingProblem, readReport } from "./read_report.ts";
export { redact } from "./redaction.ts";
export { Report } from "./report.ts";
export { ReportFile, type ReportFileOptions } from "./report_file.ts";
export {
  type Capabilities,
  checkedReport,
  isReportField,
  type ParsedReport,
  parseRuntimeReport,
  REPORT_FIELDS,
  type ReportField,
  type RuntimeReport,
} from "./runtime_report.ts";
export { stalenessOf } from "./staleness.ts";
