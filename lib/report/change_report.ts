import { lockPath } from "../lock_path.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { makeAlike } from "../make_alike.ts";
import { reportFiles } from "../permissions.ts";
import { leadsTo, regularFileAt } from "../regular_file.ts";
import { writePrivateFile } from "../secrets/mod.ts";
import { reasonOf } from "../text.ts";
import {
  LARGEST_REPORT_BYTES,
  type ParsedReport,
  parseRuntimeReport,
  type RuntimeReport,
} from "./runtime_report.ts";

/** Somebody else changes the report all the time. */
export class ReportBusyError extends Error {
  /** @param message Which report, and what to do. */
  constructor(message: string) {
    super(message);
    this.name = "ReportBusyError";
  }
}

const ATTEMPT = "change the report";

/** Options of {@linkcode changeReport}. */
export interface ChangeReportOptions {
  /** Learns what went wrong and did not keep the report from being changed, one line each. */
  readonly tell: (line: string) => void;
  /**
   * The longest wait for others who change it, in milliseconds.
   *
   * @default {10_000}
   */
  readonly patienceMs?: number;
}

/**
 * Changes the report in the report file, as if nobody else were there: whoever changes it at the
 * same time waits. A report that cannot be read is begun anew, since the sidecar cannot read it
 * either; what does not even begin as one is left alone: it may be somebody's token file. The file keeps its mode, and its owner where the system lets it; one that is made is private.
 *
 * Requires `--allow-read` and `--allow-write` for the file, `<file>.tmp` and `<file>.lock`.
 *
 * @param file The report file.
 * @param change Makes the new report of the one that is there.
 * @param options What is told, and how long to wait.
 * @throws {ReportBusyError} Others held it, or replaced it, for too long.
 * @throws {TypeError} What is there is no regular file, or no report.
 * @throws {RangeError} The report would be too large for the sidecar.
 * @throws {Error} The system refuses; the former report is still there.
 */
export async function changeReport(
  file: string,
  change: (report: RuntimeReport) => RuntimeReport,
  { tell, patienceMs = 10_000 }: ChangeReportOptions,
): Promise<void> {
  await prepareLock(file);
  using _lock = await lockPath(reportFiles(file).lock, {
    ms: patienceMs,
    whenHeld: () =>
      new ReportBusyError(
        `Cannot change the report '${file}': others have held '${reportFiles(file).lock}' for ` +
          `${patienceMs / 1000} s: try again`,
      ),
    whenUnlockable: (error) =>
      tell(
        `Cannot lock '${reportFiles(file).lock}': ${reasonOf(error)}: see to it that only one ` +
          "workspace-beat report runs at a time",
      ),
  });
  const there = await readThere(file);
  const { report, problem } = parsed(there);
  if (there !== undefined && problem !== undefined) {
    // A crash leaves files that are empty or hold NULs.
    if (!/^[\s\0]*(\{|$)/.test(there.text)) {
      throw new TypeError(
        `Cannot change the report '${file}': it is something else: ${problem}: remove it, or name ` +
          "another file",
      );
    }
    tell(`The report '${file}' is begun anew: ${problem}`);
  }
  const text = `${JSON.stringify(change(report ?? {}))}\n`;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LARGEST_REPORT_BYTES) {
    throw new RangeError(
      `Cannot write the report '${file}': expected at most ${LARGEST_REPORT_BYTES} bytes: ` +
        `current value has ${bytes}: shorten its texts, or remove it, and it is begun anew`,
    );
  }
  await writePrivateFile(file, text, { like: there?.info });
}

/**
 * Makes the lock, where there is none yet, for the one whose report it is: it stays, and when root
 * was the first to change the report, nobody else could any more.
 */
async function prepareLock(file: string): Promise<void> {
  const { lock } = reportFiles(file);
  if (await lstatIfThere(lock) !== undefined) return;
  const there = await regularFileAt(file, ATTEMPT);
  if (there === undefined) return;
  // Somebody else may have made it by now; and what cannot be made is told of when it is locked.
  await makeAlike(lock, new Uint8Array(), { ...there, mode: 0o600 }).catch(() => {});
}

/** What is there already. */
interface There {
  readonly info: Deno.FileInfo;
  /** Its text, or the begin of one that is larger than a report may be. */
  readonly text: string;
}

/** How often somebody else may replace the file while it is read. */
const MOST_ATTEMPTS = 20;

/**
 * Reads the file that is at the path itself, and nothing that somebody has put behind a link in its
 * place meanwhile: it would be handed to whoever reads the report.
 */
async function readThere(file: string): Promise<There | undefined> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    if (await regularFileAt(file, ATTEMPT) === undefined) return undefined;
    using opened = await Deno.open(file, { read: true });
    if (!await leadsTo(file, opened, ATTEMPT)) continue;
    return { info: await opened.stat(), text: await beginOf(opened) };
  }
  throw new ReportBusyError(
    `Cannot change the report '${file}': somebody replaces it all the time: try again`,
  );
}

async function beginOf(opened: Deno.FsFile): Promise<string> {
  const bytes = new Uint8Array(LARGEST_REPORT_BYTES);
  let length = 0;
  for (let read: number | null = 0; read !== null && length < bytes.length; length += read ?? 0) {
    read = await opened.read(bytes.subarray(length));
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function parsed(there: There | undefined): ParsedReport {
  if (there === undefined) return { report: {} };
  const { info: { size }, text } = there;
  return size > LARGEST_REPORT_BYTES
    ? { problem: `expected at most ${LARGEST_REPORT_BYTES} bytes: it has ${size}` }
    : parseRuntimeReport(text);
}
