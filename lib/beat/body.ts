import type { Secrets } from "../log/mod.ts";
import { type AgentState, CAPABILITIES, redact } from "../report/mod.ts";
import { cut, cutWords, isPlain } from "../text.ts";

/** The body of POST /registry/heartbeat (contract 1.1). */
export interface BeatBody {
  readonly workspace_id: string;
  /** From 0 to 1: errors by requests since the last accepted beat. */
  readonly error_rate: number;
  readonly sample_error: string;
  readonly active_tasks: number;
  readonly uptime_seconds: number;
  readonly current_task: string;
  /** US cents; the platform takes note only of more than 0. */
  readonly monthly_spend?: number;
  readonly runtime_state?: "wedged";
  /** The platform's own number, echoed (contract 1.1). */
  readonly observed_generation?: number;
  readonly runtime_metadata: {
    readonly capabilities: Readonly<Record<string, boolean>>;
    readonly idle_timeout_seconds?: number;
  };
}

/** The platform's columns are int32; more fails every beat with a 500 (contract 1.1). */
const LARGEST_INTEGER = 2 ** 31 - 1;
/** What the platform itself cuts the month's spend at, in US cents (contract 1.1). */
const LARGEST_SPEND = 10 ** 12;
/** The most characters of a text that is shown on the workspace's card. */
const LONGEST_TEXT = 500;

/** What a beat says beside the agent's state. */
export interface BeatBodyOptions {
  readonly workspaceId: string;
  /** How long the sidecar has been running, in milliseconds. */
  readonly uptimeMs: number;
  /** The generation that the platform has told last; undefined when it has told none. */
  readonly observedGeneration?: number | undefined;
  /** What no text may hold. */
  readonly secrets: Secrets;
}

/**
 * Builds the body of a beat: always the full one, since a partial body clears what the platform
 * knows (contract 6). One field of a wrong type would fail every beat, so whatever the state
 * holds, the body is one that the platform accepts. Secrets in its texts are masked: they are shown
 * on the workspace's card.
 *
 * @param state What the agent reports.
 * @param options What else the body says.
 *
 * @example
 * ```ts
 * import { Secrets } from "../log/mod.ts";
 * import { Report } from "../report/mod.ts";
 * import { beatBody } from "./body.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const report = new Report();
 * report.startTask("Counting ducks");
 * report.recordError("no ducks at https://me:hunter2@ducks.test");
 * const options = { workspaceId: "my-workspace", uptimeMs: 61_500, secrets: new Secrets() };
 * const body = beatBody(report.snapshot(), options);
 * assertEquals(body.error_rate, 1);
 * assertEquals(body.sample_error, "no ducks at https://[redacted]@ducks.test");
 * assertEquals(body.current_task, "Counting ducks");
 * assertEquals(body.uptime_seconds, 61);
 * ```
 */
export function beatBody(state: AgentState, options: BeatBodyOptions): BeatBody {
  const { requests, errors, idleTimeoutSeconds, monthlySpend } = state;
  const { observedGeneration, secrets, uptimeMs, workspaceId } = options;
  const isWedged = state.wedgeReason !== "";
  const idle = wholeNumber(idleTimeoutSeconds ?? 0);
  const spend = wholeNumber(monthlySpend ?? 0, LARGEST_SPEND);
  return {
    workspace_id: workspaceId,
    error_rate: errorRate(requests, errors),
    // The reason of a wedge is what the degraded card shows.
    sample_error: cleanText(isWedged ? state.wedgeReason : state.sampleError, secrets),
    active_tasks: wholeNumber(state.activeTasks),
    uptime_seconds: wholeNumber(uptimeMs / 1000),
    current_task: cleanText(state.currentTask, secrets),
    ...(spend > 0 && { monthly_spend: spend }),
    ...(isWedged && { runtime_state: "wedged" as const }),
    ...(observedGeneration !== undefined && { observed_generation: observedGeneration }),
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
function wholeNumber(value: number, largest = LARGEST_INTEGER): number {
  if (!Number.isFinite(value)) return 0;
  return Math.min(Math.max(Math.floor(value), 0), largest);
}

/**
 * Text that the platform's database takes and that anybody may see: no NUL or other control
 * characters, nothing that hides or reorders it, no secrets, not too long.
 */
function cleanText(text: string, secrets: Secrets): string {
  // Cutting first bounds the work that every beat does again.
  const bounded = cutWords(text, LONGEST_TEXT * 8);
  const line = isPlain(bounded) ? bounded : visible(bounded);
  return cut(redact(secrets.mask(line)), LONGEST_TEXT);
}

/** No literals: V8 would look the properties up for an agent that says nothing, too. */
function visible(text: string): string {
  return text.toWellFormed()
    .replace(new RegExp("\\p{Cc}+", "gu"), " ")
    .replace(new RegExp("(?![\\u200c\\u200d])\\p{Cf}", "gu"), ""); // joiners belong to scripts and to emoji
}
