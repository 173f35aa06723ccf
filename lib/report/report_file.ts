import { type Clock, orAborted } from "../clock.ts";
import { fileStamp } from "../file_stamp.ts";
import { maySeeProcesses } from "../grants.ts";
import type { Log } from "../log/mod.ts";
import { ALONE, type Sharing } from "../sharing.ts";
import { counted } from "../text.ts";
import { type FoundReport, readingProblem, readReport } from "./read_report.ts";
import type { Report } from "./report.ts";
import type { RuntimeReport } from "./runtime_report.ts";
import { stalenessOf } from "./staleness.ts";

/** For so long after a change another is to be expected soon. */
const BUSY_MS = 30_000;
/** Nobody reports something new for hours on end: looks are a sidecar's largest effort then. */
const QUIET_LOOK_MS = 1000;
/** Where there has been no report for so long, nobody may ever write one. */
const ABANDONED_MS = 5 * 60_000;
const ABANDONED_LOOK_MS = 5000;

/** Options of {@linkcode ReportFile}. */
export interface ReportFileOptions {
  /** The file that the agent writes. */
  readonly file: string;
  /** From which age on a report that says when it was written is stale, in ms; 0 for never. */
  readonly maxAgeMs: number;
  /** What takes the reports. */
  readonly report: Report;
  /**
   * What it may take of what it shares; by default it is alone. The file is read rather than watched: a
   * watch is lost with each rename, needs a grant for the whole folder, and takes one of the 128 watches
   * that Linux gives a user.
   */
  readonly sharing?: Pick<Sharing, "disk" | "reportLookMs">;
  readonly log: Log;
  readonly clock: Clock;
}

/** Looks at the report file, and hands on what the agent says there. */
export class ReportFile {
  readonly #options: ReportFileOptions;
  readonly #sharing: Pick<Sharing, "disk" | "reportLookMs">;
  #looking: Promise<void> | undefined;
  /** What told the file that was read last from others. */
  #stamp: string | undefined;
  /** The text that the report was made of; undefined while there was none. */
  #text: string | undefined;
  #report: RuntimeReport = {};
  /** Whether the last look found the file gone or broken. */
  #isOdd = false;
  /** When the file was found changed last, in milliseconds of the clock. */
  #changedAt = -Infinity;
  /** Why the file cannot be used, once that is certain. */
  #problem: string | undefined;
  #saidUnknown = false;
  /** Whether nobody works on the report's tasks any more. */
  #isStale = false;
  #saidStale = false;

  /** @param options Where to look, and who wants to know. */
  constructor(options: ReportFileOptions) {
    this.#options = options;
    this.#sharing = options.sharing ?? ALONE;
  }

  /**
   * Looks at the file again and again until the signal aborts.
   *
   * Requires `--allow-read` for the file. Where the report names a process,
   * `--allow-sys=getPriority` lets it see whether that is there.
   *
   * @param signal Ends it.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await orAborted(this.#look(), signal); // a disk that hangs may not hold the end up
      await clock.sleep(this.#restMs, signal);
    }
  }

  /**
   * Looks at the file until it is certain what the agent says there: once, or twice where it may
   * just have been written.
   *
   * @param signal Ends the wait between the two.
   */
  async settle(signal: AbortSignal): Promise<void> {
    await this.#look();
    if (!this.#isOdd) return;
    await this.#options.clock.sleep(this.#sharing.reportLookMs, signal);
    await this.#look();
  }

  /** How long to wait for the next look. */
  get #restMs(): number {
    const { reportLookMs } = this.#sharing;
    const quietMs = this.#options.clock.now() - this.#changedAt;
    if (this.#isOdd || quietMs < BUSY_MS) return reportLookMs;
    const isAbandoned = this.#stamp === MISSING && quietMs > ABANDONED_MS;
    return Math.max(reportLookMs, isAbandoned ? ABANDONED_LOOK_MS : QUIET_LOOK_MS);
  }

  /** One look at a time: where a disk hangs, they would all hang. */
  #look(): Promise<void> {
    this.#looking ??= this.#sharing.disk.take(() => this.#lookOnce())
      .finally(() => this.#looking = undefined);
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const stamp = await stampOf(this.#options.file);
    if (stamp !== undefined && stamp === this.#stamp && !this.#isOdd) {
      return await this.#handOn(false);
    }
    const hasChanged = stamp !== this.#stamp;
    this.#stamp = stamp;
    const found = await read(this.#options.file);
    if (stamp === MISSING && found.text !== undefined) this.#stamp = undefined; // it came meanwhile
    const isNews = found.report !== undefined && found.text !== this.#text;
    if (hasChanged || isNews) this.#changedAt = this.#options.clock.now();
    // Who writes without a rename leaves the file empty, gone or in pieces for an instant: that is
    // believed only when the next look finds it so, too.
    const isOdd = found.report === undefined || isNews && found.text === undefined;
    const isCertain = !isOdd || this.#isOdd;
    this.#isOdd = isOdd;
    if (!isCertain) return;
    this.#tell(found.problem);
    if (found.report !== undefined) {
      this.#text = found.text;
      this.#report = found.report;
    }
    await this.#handOn(isNews);
  }

  /** Says what is wrong with the file once, and once that it is mended. */
  #tell(problem: string | undefined): void {
    const { file, log } = this.#options;
    if (problem !== undefined && this.#problem === undefined) {
      log.warn(
        `Cannot use the agent's report '${file}': ${problem}: the last good one stands until this ` +
          "is mended",
      );
    } else if (problem === undefined && this.#problem !== undefined) {
      log.info(`The agent's report '${file}' can be used again`);
    }
    this.#problem = problem;
  }

  /** Hands the report on when it is another one, or when it has become stale or fresh. */
  async #handOn(isNews: boolean): Promise<void> {
    this.#tellUnknown();
    const why = await stalenessOf(this.#report, this.#options.maxAgeMs);
    const isStale = why !== undefined;
    const hasTurned = isStale !== this.#isStale;
    this.#isStale = isStale;
    if (isStale) this.#sayStale(why);
    else this.#saidStale = false;
    if (isNews || hasTurned) this.#options.report.takeFiled(this.#report, { isStale });
  }

  #tellUnknown(): void {
    const { pid } = this.#report;
    if (pid == null || maySeeProcesses() || this.#saidUnknown) return;
    this.#saidUnknown = true;
    this.#options.log.warn(
      `Cannot tell whether process ${pid} of the agent's report is there: its tasks count as ` +
        "long as the report names them: grant --allow-sys=getPriority",
    );
  }

  #sayStale(why: string): void {
    const { active_tasks, current_task } = this.#report;
    if (this.#saidStale || !active_tasks && !current_task) return;
    this.#saidStale = true;
    const tasks = active_tasks ? counted(active_tasks, "active task") : "current task";
    const count = active_tasks && active_tasks > 1 ? "count" : "counts";
    this.#options.log.warn(
      `The agent's report '${this.#options.file}' is stale: ${why}: its ${tasks} ` +
        `${count} as ended until it is written again`,
    );
  }
}

/** A file that was not there. */
const MISSING = "missing";
/** A file that was changed so recently may be changed again without another time of change. */
const UNSETTLED_MS = 2000;

/**
 * Everything that tells one state of the file from another; undefined where only its content does.
 * Opening a file can hold up what looking at it does not: Deno 2.7 opens in the main thread.
 */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { changedAt, text } = await fileStamp(file);
    return Date.now() - changedAt < UNSETTLED_MS ? undefined : text;
  } catch (error) {
    // Of all other troubles reading it says why.
    return error instanceof Deno.errors.NotFound ? MISSING : undefined;
  }
}

async function read(file: string): Promise<FoundReport> {
  try {
    return await readReport(file);
  } catch (error) {
    return { text: undefined, problem: readingProblem(error, file) };
  }
}
