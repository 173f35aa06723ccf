import { type AgentState, Report, ReportFile } from "../../lib/report/mod.ts";
import { ALONE } from "../../lib/sharing.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";

/** How often the file is looked at, in milliseconds. */
export const LOOK_EVERY_MS = 250;

/** Options of {@linkcode Looking}. */
export interface LookingOptions {
  /** From which age on a report is stale, in milliseconds; 0 for never. */
  readonly maxAgeMs?: number;
  /** How often it may look, in milliseconds. */
  readonly reportLookMs?: number;
}

/** Looks at a report file as the sidecar does, but only when it is told to. */
export class Looking implements AsyncDisposable {
  readonly report = new Report();
  readonly clock = new ManualClock();
  readonly reportFile: ReportFile;
  readonly #lines;
  readonly #lookEveryMs: number;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #handedOn = 0;

  /**
   * @param file The report file.
   * @param options How.
   */
  constructor(file: string, options: LookingOptions = {}) {
    const { maxAgeMs = 0, reportLookMs = LOOK_EVERY_MS } = options;
    const { log, lines } = recordingLog();
    this.#lines = lines;
    this.#lookEveryMs = reportLookMs;
    const sharing = { disk: ALONE.disk, reportLookMs };
    const { clock, report } = this;
    this.reportFile = new ReportFile({ file, maxAgeMs, report, sharing, log, clock });
    report.onChange(() => this.#handedOn++);
  }

  /** Looks once more. */
  async look(): Promise<AgentState> {
    if (this.#running === undefined) this.#running = this.reportFile.run(this.#stop.signal);
    else this.clock.advance(this.#lookEveryMs);
    await this.clock.sleeping();
    return this.report.snapshot();
  }

  /** How many reports were handed on since this was last asked. */
  handedOn(): number {
    const count = this.#handedOn;
    this.#handedOn = 0;
    return count;
  }

  /** What was logged since this was last asked. */
  said(): string[] {
    return this.#lines.splice(0).map(({ level, message }) => `${level} ${message}`);
  }

  /** @inheritdoc */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
