/** The statuses that end a delegation. */
export const TERMINAL_STATUSES = ["completed", "failed"] as const;

/** One of {@linkcode TERMINAL_STATUSES}. */
export type TerminalStatus = typeof TERMINAL_STATUSES[number];

/** The terminal outcome of one delegation. */
export interface Result {
  readonly delegationId: string;
  readonly targetId: string;
  readonly sourceId: string;
  readonly status: TerminalStatus;
  readonly summary: string;
  readonly responsePreview: string;
  readonly error: string;
}

/** What tells one result from another: a delegation may fail, and complete after a retry. */
export function resultKey({ delegationId, status }: Result): string {
  return `${status} ${delegationId}`;
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
  const line = JSON.stringify({
    delegation_id: result.delegationId,
    target_id: result.targetId,
    source_id: result.sourceId,
    status: result.status,
    summary: result.summary,
    response_preview: result.responsePreview,
    error: result.error,
    timestamp: epochSeconds,
  });
  return `${line.replace(/[\u007f-\uffff]/g, escaped)}\n`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
