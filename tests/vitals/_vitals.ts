import type { Outcome } from "../../lib/platform/mod.ts";
import { type Gauges, Vitals } from "../../lib/vitals/mod.ts";
import { ManualClock } from "../support/mod.ts";

/** When the clock of these tests stands at 0, in epoch milliseconds. */
export const STARTED_AT = Date.UTC(2026, 4, 1, 12);

/** What is looked at, where a test says nothing else. */
export const GAUGES: Gauges = {
  resultsPending: 0,
  resultsUnwoken: 0,
  journalBytes: undefined,
  token: { source: "none", changedAt: undefined },
};

/** Vitals over a clock that a test turns, which is the time of day, too. */
export function makeVitals(gauges: Partial<Gauges> = {}): { vitals: Vitals; clock: ManualClock } {
  const clock = new ManualClock();
  const vitals = new Vitals({
    gauges: () => ({ ...GAUGES, ...gauges }),
    clock,
    timeOfDay: () => STARTED_AT + clock.now(),
  });
  return { vitals, clock };
}

/** An accepted request's outcome. */
export const OK: Outcome = {
  kind: "ok",
  body: undefined,
  detail: "answered 200",
  httpStatus: 200,
  clockOffsetSeconds: 1.5,
};

/** A failing platform's. */
export const UNAVAILABLE: Outcome = {
  kind: "unavailable",
  body: undefined,
  detail: "answered 503: no",
  httpStatus: 503,
};
