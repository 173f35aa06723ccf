import type { FaultTable } from "./_fault_table.ts";
import { expiresAt } from "./_liveness.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { Fault } from "./fault.ts";
import type { PageFault, PageMessage, PageWorkspace } from "./page_workspace.ts";
import { ROUTE_NAMES } from "./route_name.ts";

const MOST_BUBBLES = 50;
/** All endpoints but health, which nobody asks for a workspace. */
const EVERY_ENDPOINT = ROUTE_NAMES.length - 1;

/** What a message is made with. */
export interface PageMessageOptions {
  /** Where the platform listens. */
  readonly url: string;
  /** The faults in force. */
  readonly faults: FaultTable;
  /** The number of the last change that the page knows; 0 for none. */
  readonly after: number;
}

/**
 * Shows the page what has changed.
 *
 * @param platform The platform.
 * @param options What else there is to know.
 * @returns The message, with the workspaces that have changed.
 */
export function pageMessage(platform: PlatformState, options: PageMessageOptions): PageMessage {
  platform.expire();
  const changed = [...platform.workspaces.values()]
    .filter(({ timeline }) => timeline.version > options.after);
  return {
    now: platform.clock.now(),
    url: options.url,
    dialect: platform.dialect,
    workspaces: changed.map((workspace) => ({
      ...showWorkspace(workspace, options.faults),
      expiresAt: expiresAt(platform, workspace) ?? null,
    })),
  };
}

/**
 * Names a fault in a word.
 *
 * @param fault The fault.
 * @returns The status that it answers, "cut", or its kind.
 */
export function faultWord(fault: Fault): string {
  if (fault.kind === "answer") return `${fault.status}`;
  return fault.kind === "reset" ? "cut" : fault.kind;
}

function showWorkspace(
  workspace: WorkspaceState,
  faults: FaultTable,
): Omit<PageWorkspace, "expiresAt"> {
  const { timeline, lastBeat } = workspace;
  return {
    id: workspace.id,
    name: workspace.name,
    status: workspace.status,
    statusSince: timeline.statusSince,
    createdAt: workspace.createdAt,
    beats: workspace.beats.count,
    lastBeatAt: workspace.beats.kept.at(-1)?.at ?? null,
    failing: timeline.failing ?? null,
    task: lastBeat?.current_task ?? "",
    complaint: lastBeat?.sample_error || lastBeat?.runtime_state || "",
    restarts: workspace.restarts,
    faults: showFaults(workspace.id, faults),
    moments: timeline.moments,
    delegations: timeline.delegations,
    chat: workspace.chat.slice(-MOST_BUBBLES).map(({ at, message }) => ({ at, message })),
  };
}

function showFaults(workspaceId: string, faults: FaultTable): PageFault[] {
  const routes = new Map<string, Set<string>>();
  for (const { fault, route } of faults.inForce(workspaceId)) {
    const word = faultWord(fault);
    routes.set(word, (routes.get(word) ?? new Set()).add(route));
  }
  return [...routes].map(([what, where]) => ({
    what,
    where: where.size >= EVERY_ENDPOINT ? "every request" : [...where].join(", "),
  }));
}
