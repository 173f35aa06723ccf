import type { BeatBody } from "./beat_body.ts";
import type { WorkspaceStatus } from "./workspace_status.ts";

/**
 * Decides which status a workspace has after a beat.
 *
 * @param status The status before it.
 * @param beat What the beat says.
 * @param capabilities What earlier beats have declared.
 * @returns The status after it.
 */
export function statusAfterBeat(
  status: WorkspaceStatus,
  beat: Pick<BeatBody, "error_rate" | "runtime_state">,
  capabilities: Readonly<Record<string, boolean>>,
): WorkspaceStatus {
  const selfManaged = capabilities["status_mgmt"] === true;
  switch (status) {
    case "online":
      if (beat.runtime_state === "wedged") return "degraded";
      return beat.error_rate >= 0.5 && !selfManaged ? "degraded" : "online";
    case "degraded":
      return beat.error_rate < 0.1 && beat.runtime_state === "" && !selfManaged
        ? "online"
        : "degraded";
    case "offline":
    case "provisioning":
      return "online";
    default:
      return status;
  }
}
