import { readSmallFile } from "../small_file.ts";
import { reasonOf } from "../text.ts";
import { LARGEST_REPORT_BYTES, type ParsedReport, parseRuntimeReport } from "./runtime_report.ts";

/** What was found in a report file: its text, and the report or what is wrong with it. */
export type FoundReport = ParsedReport & {
  /** The text; undefined where there is no file, or a larger one than is read. */
  readonly text: string | undefined;
};

/**
 * Reads a report file.
 *
 * Requires `--allow-read` for the file.
 *
 * @param file The file; a link is followed.
 * @returns The report, empty where there is no file; or what is wrong with it.
 * @throws {TypeError} It is not a regular file.
 * @throws {Error} The system refuses.
 */
export async function readReport(file: string): Promise<FoundReport> {
  try {
    const text = await readSmallFile(file, LARGEST_REPORT_BYTES);
    return text === undefined ? { text, report: {} } : { text, ...parseRuntimeReport(text) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { text: undefined, problem: withoutPath(error.message, file) };
  }
}

/**
 * What is wrong with a report file that cannot be read.
 *
 * @param error What {@linkcode readReport} has thrown.
 * @param file The file.
 */
export function readingProblem(error: unknown, file: string): string {
  const reason = withoutPath(reasonOf(error), file);
  return error instanceof Deno.errors.PermissionDenied
    ? `${reason}: let this user read it`
    : reason;
}

function withoutPath(message: string, file: string): string {
  return message.replace(`Cannot read '${file}': `, "");
}
