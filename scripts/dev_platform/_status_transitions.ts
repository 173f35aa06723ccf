import type { WorkspaceState } from "./_workspace_state.ts";
import type { BeatBody } from "./beat_body.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";

/** For so long a refused registration keeps a workspace degraded. */
const REGISTER_FAILURE_MS = 5 * 60_000;

/** What decides about a status besides the beat. */
export interface StatusCircumstances {
  /** What earlier beats have declared. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Statuses that any beat turns into online. */
  readonly revivedByBeat: ReadonlySet<WorkspaceStatus>;
  /** Whether a registration was refused a short while ago. */
  readonly failedToRegister: boolean;
}

/**
 * Whether a registration of a workspace was refused a short while ago.
 *
 * @param workspace The workspace.
 * @param now The platform's time.
 * @returns Whether it was.
 */
export function failedToRegister(
  { registerFailedAt }: Pick<WorkspaceState, "registerFailedAt">,
  now: number,
): boolean {
  return registerFailedAt !== undefined && now - registerFailedAt < REGISTER_FAILURE_MS;
}

/**
 * Decides which status a workspace has after a beat.
 *
 * @param status The status before it.
 * @param beat What the beat says.
 * @param circumstances What else there is to know.
 * @returns The status after it.
 */
export function statusAfterBeat(
  status: WorkspaceStatus,
  beat: Pick<BeatBody, "error_rate" | "runtime_state">,
  { capabilities, failedToRegister, revivedByBeat }: StatusCircumstances,
): WorkspaceStatus {
  const selfManaged = capabilities["status_mgmt"] === true;
  switch (status) {
    case "online":
      if (beat.runtime_state === "wedged" || failedToRegister) return "degraded";
      return beat.error_rate >= 0.5 && !selfManaged ? "degraded" : "online";
    case "degraded":
      return beat.error_rate < 0.1 && beat.runtime_state === "" && !selfManaged && !failedToRegister
        ? "online"
        : "degraded";
    default:
      return revivedByBeat.has(status) ? "online" : status;
  }
}
