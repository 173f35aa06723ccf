/**
 * From the platform's listing of delegations to the agent: results file, wake, notes.
 *
 * @module
 */

export { NotifyLoop, type NotifyLoopOptions } from "./notify_loop.ts";
export { Parent } from "./parent.ts";
export { PollLoop, type PollLoopOptions } from "./poll_loop.ts";
export { type Result, resultLine } from "./result.ts";
export { FileResults, type ResultsOutput, StdoutResults } from "./results_file.ts";
export { WakeLoop, type WakeLoopOptions } from "./wake_loop.ts";
