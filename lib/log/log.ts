import type { LevelName } from "@std/log/levels";
import { Logger } from "@std/log/logger";
import type { LogRecord } from "@std/log/logger";
import type { Secrets } from "./secrets.ts";
import { type LineSink, StderrHandler } from "./stderr_handler.ts";

/** A log that lines go to; it is @std/log's Logger. */
export type Log = Logger;
/** The least level that is written. */
export type LogLevel = "debug" | "info" | "warning" | "error";
/** How a line looks: for people, or one JSON object. */
export type LogFormat = "text" | "json";

/** Options of {@linkcode createLog}. */
export interface LogOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** How a line looks. */
  readonly format: LogFormat;
  /** What may never appear in a line. */
  readonly secrets: Secrets;
  /**
   * Where lines go.
   *
   * @default {Deno.stderr}
   */
  readonly sink?: LineSink;
}

const LEVEL_NAMES: Record<LogLevel, LevelName> = {
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
};

/**
 * Makes a log on standard error. Its handler is returned too, to be flushed before the process
 * ends.
 *
 * @param options Level, format and secrets.
 */
export function createLog(options: LogOptions): { log: Log; handler: StderrHandler } {
  const line = options.format === "json" ? jsonLine : textLine;
  const handler = new StderrHandler(LEVEL_NAMES[options.level], {
    formatter: (record) => options.secrets.mask(line(record)),
    ...(options.sink && { sink: options.sink }),
  });
  const log = new Logger("workspace-beat", LEVEL_NAMES[options.level], { handlers: [handler] });
  return { log, handler };
}

/** One line, whatever was logged: an error's text may hold line breaks. */
function textLine({ datetime, levelName, msg }: LogRecord): string {
  return `${datetime.toISOString()} ${levelName} ${msg.replaceAll(/[\r\n]+/g, " ")}`;
}

function jsonLine({ datetime, levelName, msg }: LogRecord): string {
  return JSON.stringify({ time: datetime.toISOString(), level: levelName, message: msg });
}
