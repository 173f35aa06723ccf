import type { OutcomeKind } from "../platform/mod.ts";

/**
 * Whatever can become of a beat, none yet: a counter that is there from the start shows its first
 * step in a rate.
 */
export const NONE_OF_ANY_KIND: Readonly<Record<OutcomeKind, number>> = {
  ok: 0,
  rejected: 0,
  unauthorized: 0,
  over_budget: 0,
  forbidden: 0,
  not_found: 0,
  misrouted: 0,
  gone: 0,
  rate_limited: 0,
  busy: 0,
  confirmed: 0,
  unavailable: 0,
  unreachable: 0,
  timed_out: 0,
  oversized: 0,
  not_granted: 0,
};
