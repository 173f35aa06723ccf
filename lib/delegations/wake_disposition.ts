import { type Outcome, parseAgentAnswer } from "../platform/mod.ts";

/** What to do after a wake was sent (contract 1.8). */
export type WakeDisposition =
  /** The agent has it, or will have it. */
  | { readonly kind: "delivered"; readonly remark?: string }
  /** It waits for the agent to ask for its messages: nobody has been woken. */
  | { readonly kind: "left_waiting" }
  /** Send the same message again, with the same messageId, after this many seconds at the least. */
  | { readonly kind: "retry"; readonly afterSeconds: number; readonly passes: boolean }
  /** It will never be accepted; the results stay in the results file. */
  | { readonly kind: "abandoned" };

/** The agent is in a turn and probably has the message already: not before this. */
const BUSY_WAIT_SECONDS = 30;
/** What a person has to mend is not asked about more often than this. */
const REFUSED_WAIT_SECONDS = 60;
const MISROUTED_WAIT_SECONDS = 5 * 60;
/** A budget is refilled by the hour or the day. */
const BUDGET_WAIT_SECONDS = 60 * 60;

/**
 * Decides what to do after a wake was sent.
 *
 * @param outcome What became of it.
 */
export function wakeDisposition(outcome: Outcome): WakeDisposition {
  switch (outcome.kind) {
    case "ok": {
      const { failed, polls } = parseAgentAnswer(outcome.body);
      if (failed) return delivered("the agent answered the wake with an error");
      if (polls) return { kind: "left_waiting" };
      return delivered();
    }
    // The platform answers when the turn ends: no answer in time means that the turn goes on.
    case "timed_out":
    case "confirmed":
    // A reply longer than the cap is still a reply.
    case "oversized":
      return delivered();
    case "busy":
      return { kind: "retry", afterSeconds: BUSY_WAIT_SECONDS, passes: true };
    case "unavailable":
    case "unreachable":
    case "rate_limited":
      return { kind: "retry", afterSeconds: 0, passes: true };
    case "unauthorized":
      return { kind: "retry", afterSeconds: REFUSED_WAIT_SECONDS, passes: false };
    case "misrouted":
      return { kind: "retry", afterSeconds: MISROUTED_WAIT_SECONDS, passes: false };
    case "over_budget":
      return { kind: "retry", afterSeconds: BUDGET_WAIT_SECONDS, passes: false };
    case "rejected":
    case "forbidden":
    case "not_found":
    case "gone":
    case "not_granted":
      return { kind: "abandoned" };
  }
}

function delivered(remark?: string): WakeDisposition {
  return remark === undefined ? { kind: "delivered" } : { kind: "delivered", remark };
}
