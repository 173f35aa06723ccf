import type { Clock } from "../clock.ts";
import type { Log } from "../log/mod.ts";
import { counted } from "../text.ts";
import { processExists } from "./process_existence.ts";
import { type FoundReport, readingProblem, readReport } from "./read_report.ts";
import type { Report } from "./report.ts";
import type { RuntimeReport } from "./runtime_report.ts";
import { staleness } from "./staleness.ts";

/** Options of {@linkcode ReportFile}. */
export interface ReportFileOptions {
  /** The file that the agent writes. */
  readonly file: string;
  /** From which age on a report that says when it was written is stale, in ms; 0 for never. */
  readonly maxAgeMs: number;
  /** What takes the reports. */
  readonly report: Report;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * How often the file is looked at, in milliseconds. It is read rather than watched: a watch is lost
 * with each rename, needs a grant for the whole folder, and takes one of the 128 watches that Linux
 * gives a user, while reading a few hundred bytes costs nothing that can be measured.
 */
const LOOK_EVERY_MS = 250;

/** Looks at the report file, and hands on what the agent says there. */
export class ReportFile {
  readonly #options: ReportFileOptions;
  #looking: Promise<void> | undefined;
  /** The text that the report was made of; undefined while there was none. */
  #text: string | undefined;
  #report: RuntimeReport = {};
  /** Whether the last look found the file gone or broken. */
  #isOdd = false;
  /** Why the file cannot be used, once that is certain. */
  #problem: string | undefined;
  /** Why nobody works on the report's tasks any more. */
  #staleness: string | undefined;
  #saidStale = false;
  #saidUnknown = false;

  /** @param options Where to look, and who wants to know. */
  constructor(options: ReportFileOptions) {
    this.#options = options;
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
    while (!signal.aborted) {
      await this.#look();
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal);
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
    await this.#options.clock.sleep(LOOK_EVERY_MS, signal);
    await this.#look();
  }

  /** One look at a time: where a disk hangs, they would all hang. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => this.#looking = undefined);
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const found = await read(this.#options.file);
    const isNews = found.report !== undefined && found.text !== this.#text;
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
    const why = await this.#judge();
    const hasTurned = (why === undefined) !== (this.#staleness === undefined);
    this.#staleness = why;
    if (why === undefined) this.#saidStale = false;
    else this.#sayStale(why);
    if (!isNews && !hasTurned) return;
    this.#options.report.takeFiled(this.#report, { isStale: why !== undefined });
  }

  async #judge(): Promise<string | undefined> {
    const { log, maxAgeMs } = this.#options;
    const { pid } = this.#report;
    const isThere = pid == null ? undefined : await processExists(pid);
    if (pid != null && isThere === undefined && !this.#saidUnknown) {
      this.#saidUnknown = true;
      log.warn(
        `Cannot tell whether process ${pid} of the agent's report is there: its tasks count as ` +
          "long as the report names them: grant --allow-sys=getPriority",
      );
    }
    return staleness(this.#report, { now: Date.now(), maxAgeMs, isThere });
  }

  #sayStale(why: string): void {
    const { active_tasks, current_task } = this.#report;
    if (this.#saidStale || !active_tasks && !current_task) return;
    this.#saidStale = true;
    this.#options.log.warn(
      `The agent's report '${this.#options.file}' is stale: ${why}: its ` +
        `${counted(active_tasks ?? 0, "active task")} and current task count as ended until it ` +
        "is written again",
    );
  }
}

async function read(file: string): Promise<FoundReport> {
  try {
    return await readReport(file);
  } catch (error) {
    return { text: undefined, problem: readingProblem(error, file) };
  }
}
