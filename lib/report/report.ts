import { Source } from "./_source.ts";
import type { AgentState, CapabilityName } from "./agent_state.ts";
import {
  requestFailed,
  requestSucceeded,
  taskFinished,
  taskStarted,
  wedgeCleared,
  wedgeMarked,
} from "./operations.ts";
import { declaredCapabilities, type RuntimeReport } from "./runtime_report.ts";

/**
 * What the agent reports about itself, gathered between beats: what the program that embeds the
 * sidecar says with the methods, and what the report file says, added up.
 *
 * @example
 * ```ts
 * import { Report } from "./report.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const report = new Report();
 * report.startTask("Counting ducks");
 * report.recordSuccess();
 * report.recordError("a duck flew away");
 * const { activeTasks, currentTask, errors, requests } = report.snapshot();
 * assertEquals([activeTasks, currentTask, errors, requests], [1, "Counting ducks", 1, 2]);
 * ```
 */
export class Report {
  readonly #own = new Source();
  readonly #filed = new Source();
  readonly #listeners = new Set<() => void>();
  #isStale = false;
  #requests = 0;
  #errors = 0;
  #sampleError = "";

  /** What the report says now; the snapshot does not change afterwards. */
  snapshot(): AgentState {
    const own = this.#own.report;
    const filed = this.#filed.report;
    // Who does not count errors says by the text alone whether there is one.
    const uncounted = filed.errors_total == null ? filed.sample_error ?? "" : "";
    const isBusy = !this.#isStale;
    return {
      requests: this.#requests,
      errors: this.#errors,
      sampleError: this.#sampleError || uncounted,
      activeTasks: (own.active_tasks ?? 0) + (isBusy ? filed.active_tasks ?? 0 : 0),
      currentTask: own.current_task || (isBusy ? filed.current_task ?? "" : ""),
      wedgeReason: own.wedged || (filed.wedged ?? ""),
      capabilities: new Set([...declaredCapabilities(own), ...declaredCapabilities(filed)]),
      idleTimeoutSeconds: own.idle_timeout_seconds ?? filed.idle_timeout_seconds ?? undefined,
      monthlySpend: own.monthly_spend ?? filed.monthly_spend ?? undefined,
    };
  }

  /**
   * For the sidecar: takes off what an accepted beat has carried. What was recorded while it was
   * under way stays for the next one, and an error that has been shown is not shown for ever.
   *
   * @param carried The snapshot that the beat was made of.
   */
  accepted(carried: AgentState): void {
    this.#requests -= carried.requests;
    this.#errors -= carried.errors;
    if (this.#errors === 0) this.#sampleError = "";
  }

  /** Records a request that succeeded. */
  recordSuccess(): void {
    this.#take(this.#own, requestSucceeded(this.#own.report));
  }

  /**
   * Records a request that failed; the next beat carries it.
   *
   * @param text What went wrong; the last text is the one shown, without secrets, and up to 500
   * characters.
   */
  recordError(text: string): void {
    this.#take(this.#own, requestFailed(this.#own.report, asText(text)));
  }

  /**
   * Records that a task has begun; the platform hears of it at once.
   *
   * @param label What the agent is doing; it is shown without secrets, and up to 500 characters.
   */
  startTask(label: string): void {
    this.#take(this.#own, taskStarted(this.#own.report, asText(label)));
  }

  /**
   * Records that a task has ended; the platform hears of it at once. There are never fewer than
   * none, and the label goes with the last one.
   */
  finishTask(): void {
    this.#take(this.#own, taskFinished(this.#own.report));
  }

  /**
   * Marks the runtime as stuck; the platform hears of it at once, and the workspace is degraded. The
   * first reason stands until it is cleared.
   *
   * @param reason Why; it is shown on the workspace's card, without secrets, and up to 500
   * characters. An empty one marks nothing.
   */
  markWedged(reason: string): void {
    this.#take(this.#own, wedgeMarked(this.#own.report, asText(reason)));
  }

  /** Takes the mark off; the platform hears of it at once. */
  clearWedged(): void {
    this.#take(this.#own, wedgeCleared(this.#own.report));
  }

  /**
   * Declares what the agent does itself, in place of what was declared before.
   *
   * @param capabilities The capabilities it has; it has no others.
   * @param options `idleTimeoutSeconds`: after how many seconds of silence a turn is cut off; it
   * counts only as a positive whole number, and without it the platform's default holds.
   */
  declare(
    capabilities: Iterable<CapabilityName>,
    options: { readonly idleTimeoutSeconds?: number } = {},
  ): void {
    this.#take(this.#own, {
      ...this.#own.report,
      capabilities: Object.fromEntries([...capabilities].map((name) => [name, true])),
      idle_timeout_seconds: asNumber(options.idleTimeoutSeconds),
    });
  }

  /**
   * Says what the agent has spent this month.
   *
   * @param cents US cents; the platform takes note of it only when it is more than 0.
   */
  recordMonthlySpend(cents: number): void {
    this.#take(this.#own, { ...this.#own.report, monthly_spend: asNumber(cents) });
  }

  /**
   * For the sidecar: takes what the report file says now. Its totals count from the last accepted
   * beat on.
   *
   * @param filed What it says.
   * @param options `isStale`: whether nobody is there any more who works on its tasks; a wedge
   * stays a wedge.
   */
  takeFiled(filed: RuntimeReport, { isStale }: { readonly isStale: boolean }): void {
    this.#isStale = isStale;
    this.#take(this.#filed, filed);
  }

  /**
   * Calls back after each change, until that is undone.
   *
   * @param listener What is called; it may not wait for anything.
   * @returns Undoes it.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #take(source: Source, report: RuntimeReport): void {
    const formerText = source.report.sample_error;
    const { requests, errors } = source.take(report);
    this.#requests += requests;
    this.#errors += errors;
    // The text may come a moment after the count.
    const isLate = this.#errors > 0 && report.sample_error !== formerText;
    if (errors > 0 || isLate) this.#sampleError = report.sample_error ?? this.#sampleError;
    for (const listener of this.#listeners) listener();
  }
}

// A program that embeds the sidecar need not be checked by a compiler, and whatever it reports may
// not keep a beat from being made.

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "(no text)";
  }
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
