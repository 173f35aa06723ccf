import type { LevelName } from "@std/log/levels";
import { Logger } from "@std/log/logger";
import type { LogRecord } from "@std/log/logger";
import { isoTime } from "../iso_time.ts";
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

/** What {@linkcode createLog} makes. */
export interface CreatedLog {
  /** The log. */
  readonly log: Log;
  /** Its handler, to be flushed before the process ends. */
  readonly handler: StderrHandler;
  /**
   * Makes a log of one workspace among several: its lines say which, and go the same way.
   *
   * @param workspaceId The workspace.
   */
  ofWorkspace(workspaceId: string): Log;
}

/** The name of the log whose lines are about no one workspace among several: no id is empty. */
const NAME = "";

/**
 * Makes a log on standard error.
 *
 * @param options Level, format and secrets.
 */
export function createLog(options: LogOptions): CreatedLog {
  const line = options.format === "json" ? jsonLine : textLine;
  const level = LEVEL_NAMES[options.level];
  const handler = new StderrHandler(level, {
    formatter: (record) => options.secrets.mask(line(record)),
    ...(options.sink && { sink: options.sink }),
  });
  const named = (name: string) => new Logger(name, level, { handlers: [handler] });
  return { log: named(NAME), handler, ofWorkspace: named };
}

/** One line, whatever was logged: an error's text may hold line breaks. */
function textLine({ datetime, levelName, loggerName, msg }: LogRecord): string {
  const whose = loggerName === NAME ? "" : `[${loggerName}] `;
  return `${isoTime(datetime.getTime())} ${levelName} ${whose}${msg.replaceAll(/[\r\n]+/g, " ")}`;
}

function jsonLine({ datetime, levelName, loggerName, msg }: LogRecord): string {
  return JSON.stringify({
    time: isoTime(datetime.getTime()),
    level: levelName,
    ...(loggerName !== NAME && { workspace: loggerName }),
    message: msg,
  });
}
