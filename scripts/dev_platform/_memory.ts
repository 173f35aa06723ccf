import type { WorkspaceState } from "./_workspace_state.ts";

/** How many of the latest things of a kind are kept; Infinity for all. */
export interface Memory {
  /** Requests. */
  readonly requests: number;
  /** Broadcasts. */
  readonly events: number;
  /** Accepted beats, of each workspace. */
  readonly beats: number;
  /** Rows of activity, and rows that a test has listed, of each workspace. */
  readonly rows: number;
  /** Bubbles of the chat, messages that reached the agent and messages queued, of each workspace. */
  readonly messages: number;
}

/** Tests look at everything. */
export const WHOLE: Memory = {
  requests: Infinity,
  events: Infinity,
  beats: Infinity,
  rows: Infinity,
  messages: Infinity,
};

/** A platform with 200 workspaces has been seen to stay below 300 MB with these. */
export const LATEST: Memory = {
  requests: 5000,
  events: 5000,
  beats: 20,
  rows: 2000,
  messages: 1000,
};

/**
 * Lets a workspace's oldest rows and messages be forgotten.
 *
 * @param workspace The workspace.
 * @param memory How many are kept.
 */
export function forgetOldest(
  { activity, chat, delivered, injected, queue }: WorkspaceState,
  { messages, rows }: Memory,
): void {
  for (const list of [activity, injected]) cut(list, rows);
  for (const list of [chat, delivered, queue]) cut(list, messages);
}

function cut(list: unknown[], most: number): void {
  if (list.length > most) list.splice(0, list.length - most);
}
