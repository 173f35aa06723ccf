/**
 * What is left to do about what the platform lists, as far as it has been delivered or told.
 *
 * @module
 */

import type { Deliveries } from "./deliveries.ts";
import { type ResultName, TERMINAL_STATUSES } from "./result.ts";
import type { Listing } from "./rows.ts";

/** What remembers what has become of results. */
type Remembering = Pick<Deliveries, "has" | "journal">;

/** Whether there is nothing new about a result: it has been delivered, or it is history. */
export function isOver(result: ResultName, deliveries: Remembering): boolean {
  return deliveries.has(result) ||
    result.status === "stuck" && hasEnded(result.delegationId, deliveries);
}

/** Whether nobody need be warned any more that a delegation is queued. */
export function isToldOf(delegationId: string, deliveries: Remembering): boolean {
  return hasEnded(delegationId, deliveries) || deliveries.journal.state.isWarned(delegationId);
}

/**
 * Whether a listing that has been dealt with may stay as it is for ever, and nothing more would be done
 * about it.
 */
export function isSettled({ queued, results }: Listing, deliveries: Remembering): boolean {
  return results.every((result) => isOver(result, deliveries)) &&
    queued.every(({ delegationId }) => isToldOf(delegationId, deliveries));
}

function hasEnded(delegationId: string, deliveries: Remembering): boolean {
  return TERMINAL_STATUSES.some((status) => deliveries.has({ delegationId, status }));
}
