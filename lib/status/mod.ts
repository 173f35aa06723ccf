/**
 * How a sidecar is, as its status file says it: what it holds, what that means, and in which words.
 *
 * @module
 */

export { type FoundStatus, readStatus, refuseForeignFile } from "./read_status.ts";
export { parseStatus, type Status, STATUS_VERSION, statusSchema } from "./status.ts";
export { statusOf, type StatusOptions } from "./status_of.ts";
export { statusTable } from "./status_table.ts";
export { type Ending, endingOf } from "./ending.ts";
export { aliveVerdict, contactVerdict, type Verdict, worstVerdict } from "./verdict.ts";
