import type { RuntimeReport } from "./runtime_report.ts";

/** How much was counted: since the agent began, or between two reports. */
export interface Counted {
  readonly requests: number;
  readonly errors: number;
}

/** One that reports: what it says now, and how far it has counted. */
export class Source {
  #report: RuntimeReport = {};
  #totals: Counted = { requests: 0, errors: 0 };

  /** What it says now. */
  get report(): RuntimeReport {
    return this.#report;
  }

  /**
   * Takes what it says now.
   *
   * @param report It.
   * @returns What was counted since the last one. A smaller total says that the agent has begun
   * anew, and has counted from 0 again; a report without totals tells nothing.
   */
  take(report: RuntimeReport): Counted {
    this.#report = report;
    const { requests_total, errors_total } = report;
    const { requests, errors } = this.#totals;
    const isAnew = (requests_total ?? requests) < requests || (errors_total ?? errors) < errors;
    const last = isAnew ? { requests: 0, errors: 0 } : this.#totals;
    const now = {
      requests: requests_total ?? last.requests,
      errors: errors_total ?? last.errors,
    };
    this.#totals = now;
    const failed = now.errors - last.errors;
    return { errors: failed, requests: Math.max(now.requests - last.requests, failed) };
  }
}
