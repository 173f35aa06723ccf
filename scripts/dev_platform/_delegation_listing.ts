import { cutBytes } from "./_byte_text.ts";
import { listLedger } from "./_delegation_ledger.ts";
import type { PlatformState } from "./_platform_state.ts";
import { timestamp } from "./_timestamp.ts";
import type { ActivityRow, WorkspaceState } from "./_workspace_state.ts";

/** The listing has no paging. */
const LIMIT = 50;
const PREVIEW_BYTES = 300;

/**
 * Lists a workspace's delegations, the youngest row first: those of the ledger, or those of the
 * activity when the ledger has none.
 *
 * @param platform The platform.
 * @param workspace The workspace.
 * @returns The rows as they are on the wire.
 */
export function listDelegations(platform: PlatformState, workspace: WorkspaceState): unknown[] {
  const ledger = listLedger(platform, workspace.id);
  return (ledger.length > 0 ? ledger : listActivityRows(platform, workspace)).slice(0, LIMIT);
}

function listActivityRows(platform: PlatformState, workspace: WorkspaceState): unknown[] {
  const own = workspace.activity
    .filter((row) => row.type === "delegation" && row.sequence > workspace.hiddenUpTo)
    .map((row) => ({ sequence: row.sequence, raw: wireRow(platform, row) }));
  return [...own, ...workspace.injected]
    .toSorted((a, b) => b.sequence - a.sequence)
    .map((row) => row.raw);
}

/**
 * Puts rows into the listing as they are.
 *
 * @param workspace The workspace.
 * @param rows The rows, the youngest first; they are younger than all that is listed.
 * @param replace Whether nothing else that is listed so far stays.
 */
export function injectRows(
  workspace: WorkspaceState,
  rows: readonly unknown[],
  replace: boolean,
): void {
  if (replace) {
    workspace.injected.length = 0;
    workspace.hiddenUpTo = workspace.sequence;
  }
  for (const raw of rows.toReversed()) {
    workspace.injected.push({ sequence: ++workspace.sequence, raw });
  }
}

/** Empty optional values have no key at all. */
function wireRow(platform: PlatformState, row: ActivityRow): object {
  return {
    id: row.id,
    type: row.type,
    source_id: row.sourceId ?? "",
    target_id: row.targetId ?? "",
    summary: row.summary,
    status: row.status,
    created_at: timestamp(row.createdAt),
    ...(platform.rules.tellsDirection && { direction: "sent" }),
    ...(row.delegationId ? { delegation_id: row.delegationId } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(row.response ? { response_preview: cutBytes(row.response, PREVIEW_BYTES).text } : {}),
  };
}
