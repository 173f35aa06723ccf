import { BaseHandler } from "@std/log/base-handler";
import { Logger, type LogRecord } from "@std/log/logger";
import type { Log } from "../../lib/log/mod.ts";

/** A line that was logged. */
export interface RecordedLine {
  readonly level: string;
  readonly message: string;
}

/** A log that remembers its lines, in order. */
export function recordingLog(): { log: Log; lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  class Recorder extends BaseHandler {
    override handle(record: LogRecord): void {
      lines.push({ level: record.levelName, message: record.msg });
    }
    override log(): void {}
  }
  const log = new Logger("test", "DEBUG", { handlers: [new Recorder("DEBUG")] });
  return { log, lines };
}
