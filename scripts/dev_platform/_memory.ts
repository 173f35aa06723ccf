/** How many of the latest things of a kind are kept; Infinity for all. */
export interface Memory {
  /** Requests. */
  readonly requests: number;
  /** Broadcasts. */
  readonly events: number;
  /** Accepted beats, of each workspace. */
  readonly beats: number;
}

/** Tests look at everything. */
export const WHOLE: Memory = { requests: Infinity, events: Infinity, beats: Infinity };

/** A platform with 200 workspaces has been seen to stay below 300 MB with these. */
export const LATEST: Memory = { requests: 5000, events: 5000, beats: 20 };
