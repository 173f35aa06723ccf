import { insertRow } from "./_activity_rows.ts";
import { cutBytes, isStorable } from "./_byte_text.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { ActivityRow, WorkspaceState } from "./_workspace_state.ts";

const SUMMARY_BYTES = 80;

/** A delegation that a workspace sends. */
export interface NewDelegation {
  /** Its id. */
  readonly id: string;
  /** The target's id. */
  readonly to: string;
  /** The row's status. */
  readonly status: "pending" | "dispatched";
}

/**
 * Inserts the row of a new delegation.
 *
 * @param platform The platform.
 * @param workspace Who delegates.
 * @param delegation The delegation.
 */
export function startDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  delegation: NewDelegation,
): void {
  const { id, to, status } = delegation;
  insertRow(platform, workspace, {
    type: "delegation",
    method: "delegate",
    sourceId: workspace.id,
    targetId: to,
    delegationId: id,
    summary: `Delegating to ${to}`,
    status,
  });
  platform.emit("DELEGATION_SENT", workspace, { delegation_id: id, target_id: to });
}

/**
 * Sets the status of a delegation's first row.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param step The delegation, its new status, and for a failure the error.
 */
export function markDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  step: { id: string; status: string; error?: string },
): void {
  const row = findRow(workspace, step.id, "delegate");
  if (row === undefined) return;
  row.status = step.status;
  if (step.error !== undefined) row.error = step.error;
  platform.emit("DELEGATION_STATUS", workspace, { delegation_id: step.id, status: step.status });
}

/**
 * Inserts the row of a delegation's result, if the database takes it: it refuses a summary whose
 * cut went through a rune, and NUL.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param result The delegation, the reply, and the target when the row names it.
 * @returns Whether the row is there.
 */
export function insertResult(
  platform: PlatformState,
  workspace: WorkspaceState,
  result: { id: string; reply: string; targetId: string },
): boolean {
  const cut = cutBytes(result.reply, SUMMARY_BYTES);
  if (cut.broken || !isStorable(result.reply)) return false;
  insertRow(platform, workspace, {
    type: "delegation",
    method: "delegate_result",
    sourceId: workspace.id,
    targetId: result.targetId,
    delegationId: result.id,
    summary: `Delegation completed (${cut.text})`,
    status: "completed",
    response: result.reply,
  });
  platform.emit("DELEGATION_COMPLETE", workspace, { delegation_id: result.id });
  return true;
}

/**
 * A delegation that the platform has driven succeeds: the result's row comes first.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param id The delegation.
 * @param reply The target's reply.
 */
export function completeDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  id: string,
  reply: string,
): void {
  insertResult(platform, workspace, { id, reply, targetId: targetOf(workspace, id) });
  markDelegation(platform, workspace, { id, status: "completed" });
}

/**
 * A delegation that the platform has driven fails: on older platforms the result's row has no
 * delegation_id.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param id The delegation.
 * @param error What went wrong.
 */
export function failDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  id: string,
  error: string,
): void {
  markDelegation(platform, workspace, { id, status: "failed", error });
  insertRow(platform, workspace, {
    type: "delegation",
    method: "delegate_result",
    sourceId: workspace.id,
    targetId: targetOf(workspace, id),
    ...(platform.rules.namesFailedResults && { delegationId: id }),
    summary: "Delegation failed",
    status: "failed",
    error,
  });
  platform.emit("DELEGATION_FAILED", workspace, { delegation_id: id, error });
}

/**
 * The target of a delegation is busy.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param id The delegation.
 */
export function queueDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  id: string,
): void {
  markDelegation(platform, workspace, { id, status: "queued" });
  insertRow(platform, workspace, {
    type: "delegation",
    method: "delegate_result",
    sourceId: workspace.id,
    targetId: targetOf(workspace, id),
    delegationId: id,
    summary: "Delegation queued — target at capacity",
    status: "queued",
    response: `{"queued": true, "delegation_id": ${JSON.stringify(id)}}`,
  });
}

/**
 * A queued delegation has been worked off: the result's row is updated where it is, the first row
 * stays queued for ever.
 *
 * @param platform The platform.
 * @param workspace Who has delegated.
 * @param id The delegation.
 * @param reply The target's reply.
 */
export function drainDelegation(
  platform: PlatformState,
  workspace: WorkspaceState,
  id: string,
  reply: string,
): void {
  const row = findRow(workspace, id, "delegate_result");
  const cut = cutBytes(reply, SUMMARY_BYTES);
  if (row === undefined || cut.broken || !isStorable(reply)) return;
  row.status = "completed";
  row.summary = `Delegation completed (${cut.text})`;
  row.response = reply;
  platform.emit("DELEGATION_COMPLETE", workspace, { delegation_id: id });
}

/**
 * Whether a workspace has made a delegation.
 *
 * @param workspace The workspace.
 * @param id The delegation.
 * @returns Whether there is a first row of it.
 */
export function hasDelegation(workspace: WorkspaceState, id: string): boolean {
  return findRow(workspace, id, "delegate") !== undefined;
}

function targetOf(workspace: WorkspaceState, id: string): string {
  return findRow(workspace, id, "delegate")?.targetId ?? "";
}

function findRow(
  workspace: WorkspaceState,
  id: string,
  method: "delegate" | "delegate_result",
): ActivityRow | undefined {
  return workspace.activity.find((row) => row.delegationId === id && row.method === method);
}
