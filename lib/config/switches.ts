/** The settings that a flag without a value turns on. */
export const SWITCHES = {
  allowsProxy: {
    flag: "allow-proxy",
    brief: "Let an HTTP proxy carry requests to an http:// platform, token and all",
  },
  usesActivity: {
    flag: "activity",
    brief: "Look for results among the messages that the workspace was sent, too",
  },
  waitsForRestore: {
    flag: "wait-for-restore",
    brief: "When the workspace is removed, wait until it is there again instead of ending",
  },
} as const;

/** A flag without a value, without its dashes. */
export type SwitchName = typeof SWITCHES[keyof typeof SWITCHES]["flag"];
