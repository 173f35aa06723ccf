import type { DevPlatform } from "./dev_platform.ts";
import type { DevWorkspace } from "./dev_workspace.ts";

/**
 * Shows all that a platform knows.
 *
 * @param platform The platform.
 * @returns What becomes the answer to `GET /_dev/state`.
 */
export function snapshot(platform: DevPlatform): object {
  return {
    url: platform.url,
    dialect: platform.dialect,
    connections: platform.connections,
    requests: (platform.requests.at(-1)?.index ?? -1) + 1,
    workspaces: platform.workspaces.map(showWorkspace),
    events: platform.events,
  };
}

function showWorkspace(workspace: DevWorkspace): object {
  return {
    id: workspace.id,
    name: workspace.name,
    parentId: workspace.parentId,
    token: workspace.token ?? null,
    status: workspace.status,
    generation: workspace.generation ?? null,
    livenessKey: workspace.livenessKey,
    restarts: workspace.restarts,
    beats: workspace.beatCount,
    lastBeat: workspace.lastBeat ?? null,
    runtimeOverrides: workspace.runtimeOverrides ?? null,
    agent: workspace.agent,
    chat: workspace.chat,
    delivered: workspace.delivered.map(({ at, message, callerId, text }) => ({
      at,
      message,
      callerId,
      text,
    })),
    queue: workspace.queue,
  };
}
