import { type AgentState, CAPABILITIES } from "../report/mod.ts";
import { cut } from "../text.ts";

/** The body of POST /registry/heartbeat (contract 1.1). */
export interface BeatBody {
  readonly workspace_id: string;
  /** From 0 to 1: errors by requests since the last accepted beat. */
  readonly error_rate: number;
  readonly sample_error: string;
  readonly active_tasks: number;
  readonly uptime_seconds: number;
  readonly current_task: string;
  readonly runtime_state?: "wedged";
  readonly runtime_metadata: {
    readonly capabilities: Readonly<Record<string, boolean>>;
    readonly idle_timeout_seconds?: number;
  };
}

/** The platform's columns are int32; more fails every beat with a 500 (contract 1.1). */
const LARGEST_INTEGER = 2 ** 31 - 1;
/** The most characters of a text that is shown on the workspace's card. */
const LONGEST_TEXT = 500;

/**
 * Builds the body of a beat: always the full one, since a partial body clears what the platform
 * knows (contract 6). One field of a wrong type would fail every beat, so whatever the state
 * holds, the body is one that the platform accepts.
 *
 * @param workspaceId The workspace.
 * @param state What the agent reports.
 * @param uptimeMs How long the sidecar has been running, in milliseconds.
 *
 * @example
 * ```ts
 * import { Report } from "../report/mod.ts";
 * import { beatBody } from "./body.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const report = new Report();
 * report.startTask("Counting ducks");
 * report.recordError("no ducks");
 * const body = beatBody("my-workspace", report.snapshot(), 61_500);
 * assertEquals(body.error_rate, 1);
 * assertEquals(body.current_task, "Counting ducks");
 * assertEquals(body.uptime_seconds, 61);
 * ```
 */
export function beatBody(workspaceId: string, state: AgentState, uptimeMs: number): BeatBody {
  const { requests, errors, idleTimeoutSeconds } = state;
  const isWedged = state.wedgeReason !== "";
  const idle = wholeNumber(idleTimeoutSeconds ?? 0);
  return {
    workspace_id: workspaceId,
    error_rate: errorRate(requests, errors),
    // The reason of a wedge is what the degraded card shows.
    sample_error: cleanText(isWedged ? state.wedgeReason : state.sampleError),
    active_tasks: wholeNumber(state.activeTasks),
    uptime_seconds: wholeNumber(uptimeMs / 1000),
    current_task: cleanText(state.currentTask),
    ...(isWedged && { runtime_state: "wedged" as const }),
    runtime_metadata: {
      capabilities: Object.fromEntries(
        CAPABILITIES.map((name) => [name, state.capabilities.has(name)]),
      ),
      ...(idle > 0 && { idle_timeout_seconds: idle }),
    },
  };
}

/** A part of one; counters that make no sense count as no errors. */
function errorRate(requests: number, errors: number): number {
  const rate = errors / requests;
  return requests > 0 && rate > 0 ? Math.min(rate, 1) : 0;
}

/** A whole number that fits the platform's columns; what is no number counts as 0. */
function wholeNumber(value: number): number {
  if (!Number.isFinite(value)) return 0;
  return Math.min(Math.max(Math.floor(value), 0), LARGEST_INTEGER);
}

/** Text that the platform's database takes: no NUL or other control characters, not too long. */
function cleanText(text: string): string {
  // Cutting first bounds the work that every beat does again.
  const bounded = cut(text, LONGEST_TEXT * 8).toWellFormed();
  return cut(bounded.replace(/\p{Cc}+/gu, " "), LONGEST_TEXT);
}
