import { asciiJson } from "../text.ts";

/** The statuses that end a delegation. */
export const TERMINAL_STATUSES = [
  "completed",
  "failed",
  "error",
  "timeout",
  "cancelled",
  "rejected",
] as const;

/** The statuses that the agent is told of: a stuck delegation may still end (contract 3.3). */
export const REPORTED_STATUSES = [...TERMINAL_STATUSES, "stuck"] as const;

/** One of {@linkcode REPORTED_STATUSES}. */
export type ReportedStatus = typeof REPORTED_STATUSES[number];

/** What tells one result from another: a delegation may fail, and complete after a retry. */
export interface ResultName {
  /** The delegation's id, or what {@linkcode messageResultId} makes of a message's. */
  readonly delegationId: string;
  readonly status: ReportedStatus;
}

/** The outcome of one delegation. */
export interface Result extends ResultName {
  readonly targetId: string;
  readonly sourceId: string;
  readonly summary: string;
  readonly responsePreview: string;
  readonly error: string;
  /** When the platform wrote it, in epoch milliseconds; undefined when it does not say. */
  readonly changedAt: number | undefined;
}

/** Whether a status says that the delegation has failed, in whichever way. */
export function isFailure(status: ReportedStatus): boolean {
  return status !== "completed" && status !== "stuck";
}

/** What stands in front of the id of a message, which is no delegation's. */
const MESSAGE = "message:";

/**
 * The id under which a message of another agent is delivered.
 *
 * @param rowId The message's id on the platform.
 */
export function messageResultId(rowId: string): string {
  return `${MESSAGE}${rowId}`;
}

/**
 * The id of the message that a result is.
 *
 * @param name The result.
 * @returns Its id on the platform; undefined when the result is the outcome of a delegation.
 */
export function messageIdOf(
  { delegationId }: Pick<ResultName, "delegationId">,
): string | undefined {
  return delegationId.startsWith(MESSAGE) ? delegationId.slice(MESSAGE.length) : undefined;
}

/** A result's name as one text. */
export function resultKey({ delegationId, status }: ResultName): string {
  return `${status} ${delegationId}`;
}

/** The name that {@linkcode resultKey} has written; undefined when it did not write this. */
export function resultName(key: string): ResultName | undefined {
  const status = REPORTED_STATUSES.find((status) => key.startsWith(`${status} `));
  return status && { delegationId: key.slice(status.length + 1), status };
}

/**
 * Writes a result as one line of the results file: the reference's keys in its order, strings, and
 * the time in epoch seconds. Like the reference's, the line is plain ASCII, so that no reader can
 * find a line break in it that is none.
 *
 * @param result The result.
 * @param epochSeconds When it was delivered.
 * @returns The line, with its line break.
 */
export function resultLine(result: Result, epochSeconds: number): string {
  const line = asciiJson({
    delegation_id: result.delegationId,
    target_id: result.targetId,
    source_id: result.sourceId,
    status: result.status,
    summary: result.summary,
    response_preview: result.responsePreview,
    error: result.error,
    timestamp: epochSeconds,
  });
  return `${line}\n`;
}
