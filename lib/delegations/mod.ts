/**
 * From the platform's listing of delegations to the agent: results file, wake, notes.
 *
 * @module
 */

export { ActivityPoll, type ActivityPollOptions } from "./activity_poll.ts";
export { CONSUMED_FORMAT, CONSUMED_FORMATS, type ConsumedFormatName } from "./consumed_text.ts";
export { Deliveries, type DeliveriesOptions } from "./deliveries.ts";
export { Journal, type JournalOptions } from "./journal.ts";
export { NotConsumedError } from "./not_consumed_error.ts";
export { NotifyLoop, type NotifyLoopOptions } from "./notify_loop.ts";
export { Parent } from "./parent.ts";
export { PollLoop, type PollLoopOptions } from "./poll_loop.ts";
export { Printout } from "./printout.ts";
export { type Result, resultKey, resultLine } from "./result.ts";
export { ResultsConsumer } from "./results_consumer.ts";
export { FileResults, type FileResultsOptions } from "./results_file.ts";
export { type ResultsOutput, StdoutResults, type UnreadResults } from "./results_output.ts";
export { type TouchedFile, WakeFile, type WakeFileOptions } from "./wake_file.ts";
export { WakeLoop, type WakeLoopOptions } from "./wake_loop.ts";
export { WriterBusyError, WriterLock, type WriterLockOptions } from "./writer_lock.ts";
