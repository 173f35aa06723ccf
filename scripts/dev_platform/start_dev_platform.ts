import { DevPlatform, type DevPlatformOptions } from "./dev_platform.ts";

/**
 * Starts a development platform. Requires `--allow-net=127.0.0.1`.
 *
 * @param options How it is set up.
 * @returns The platform, which listens.
 * @throws {Deno.errors.AddrInUse} If the port isn't free.
 *
 * @example A heartbeat that is let through at the second attempt
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startDevPlatform } from "./mod.ts";
 *
 * await using platform = await startDevPlatform();
 * const workspace = platform.addWorkspace({ name: "Scribe" });
 * platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1 });
 * const beat = {
 *   method: "POST",
 *   headers: { Authorization: `Bearer ${workspace.token}` },
 *   body: JSON.stringify({ workspace_id: workspace.id, active_tasks: 1 }),
 * };
 * for (const status of [503, 200]) {
 *   const response = await fetch(`${platform.url}/registry/heartbeat`, beat);
 *   await response.body?.cancel();
 *   assertEquals(response.status, status);
 * }
 * assertEquals(workspace.activeTasks, 1);
 * ```
 */
export function startDevPlatform(options: DevPlatformOptions = {}): Promise<DevPlatform> {
  return Promise.try(() => new DevPlatform(options));
}
