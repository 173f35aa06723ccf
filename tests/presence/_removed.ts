import type { DevPlatform, DevWorkspace } from "../../scripts/dev_platform/mod.ts";
import { makePresence, type Presence, type PresenceOptions, turn } from "./_presence.ts";

/** Whether beats may be sent now. */
export async function mayBeat({ loop }: Presence): Promise<boolean> {
  let isAllowed = false;
  const end = new AbortController();
  const allowed = loop.allowed(end.signal).then(() => isAllowed ||= !end.signal.aborted);
  await turn();
  end.abort();
  await allowed;
  return isAllowed;
}

/** A workspace that was removed, and the presence whose loop knows it. */
export interface Removed extends AsyncDisposable {
  readonly workspace: DevWorkspace;
  readonly presence: Presence;
  /** Lets the loop sleep until its next look, and gives how long that was, in seconds. */
  nextLook(): Promise<number>;
}

/** Makes a presence that waits for its workspace, which has a token and was removed. */
export async function makeRemoved(
  platform: DevPlatform,
  options: PresenceOptions = {},
): Promise<Removed> {
  const workspace = platform.addWorkspace();
  const { id: workspaceId, token } = workspace;
  workspace.status = "removed";
  await using made = new AsyncDisposableStack();
  const presence = made.use(
    await makePresence(platform, { workspaceId, token, waitsForRestore: true, ...options }),
  );
  presence.start();
  presence.loop.refused();
  await presence.sender.ended("workspace");
  made.move();
  return {
    workspace,
    presence,
    async nextLook() {
      const looks = presence.sender.count("workspace");
      const seconds = await presence.sleepOver();
      await presence.sender.ended("workspace", looks + 1);
      return seconds;
    },
    [Symbol.asyncDispose]: () => presence[Symbol.asyncDispose](),
  };
}
