/**
 * The log: to standard error, free of secrets, and never in anybody's way.
 *
 * @module
 */

export { Episode } from "./episode.ts";
export {
  type CreatedLog,
  createLog,
  type Log,
  type LogFormat,
  type LogLevel,
  type LogOptions,
} from "./log.ts";
export { Secrets } from "./secrets.ts";
export { type LineSink, StderrHandler } from "./stderr_handler.ts";
