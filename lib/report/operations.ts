/**
 * What can happen to an agent, as changes of its report: the rules that `workspace-beat report` and
 * {@linkcode Report} share. Each makes a new report; fields that are not known stay.
 *
 * @module
 */

import type { RuntimeReport } from "./runtime_report.ts";

/** More cannot be written to a report again. */
const MOST_TASKS = 2 ** 31 - 1;

/**
 * A task has begun.
 *
 * @param report The report so far.
 * @param label What the agent is doing.
 */
export function taskStarted(report: RuntimeReport, label: string): RuntimeReport {
  const active_tasks = Math.min((report.active_tasks ?? 0) + 1, MOST_TASKS);
  return { ...report, active_tasks, current_task: label };
}

/**
 * A task has ended: never below none, and the label goes with the last one.
 *
 * @param report The report so far.
 */
export function taskFinished(report: RuntimeReport): RuntimeReport {
  const active_tasks = Math.max(0, (report.active_tasks ?? 0) - 1);
  return { ...report, active_tasks, ...(active_tasks === 0 && { current_task: "" }) };
}

/**
 * A request has succeeded.
 *
 * @param report The report so far.
 */
export function requestSucceeded(report: RuntimeReport): RuntimeReport {
  return { ...report, requests_total: oneMore(report.requests_total) };
}

/**
 * A request has failed.
 *
 * @param report The report so far.
 * @param text What went wrong; the last text is the one shown.
 */
export function requestFailed(report: RuntimeReport, text: string): RuntimeReport {
  return {
    ...requestSucceeded(report),
    errors_total: oneMore(report.errors_total),
    sample_error: text,
  };
}

/**
 * The runtime is stuck. The first reason stands until it is cleared.
 *
 * @param report The report so far.
 * @param reason Why; it is shown on the workspace's card.
 */
export function wedgeMarked(report: RuntimeReport, reason: string): RuntimeReport {
  return report.wedged ? report : { ...report, wedged: reason };
}

/**
 * The runtime is not stuck any more.
 *
 * @param report The report so far.
 */
export function wedgeCleared(report: RuntimeReport): RuntimeReport {
  return { ...report, wedged: null };
}

function oneMore(total: number | null | undefined): number {
  return Math.min((total ?? 0) + 1, Number.MAX_SAFE_INTEGER);
}
