/** What the page shows as an instant on a workspace's timeline. */
export const MOMENT_KINDS = [
  "beat",
  "failure",
  "wake",
  "note",
  "message",
  "status",
  "token",
  "registration",
  "fault",
] as const;

/** One instant on a workspace's timeline. All times here are milliseconds on the platform's clock. */
export interface PageMoment {
  /** When. */
  readonly at: number;
  /** What it is. */
  readonly kind: typeof MOMENT_KINDS[number];
  /** What there is to say about it, in words, or "". */
  readonly text: string;
  /** Whether it went wrong. */
  readonly failed: boolean;
}

/** A delegation that a workspace has sent. */
export interface PageDelegation {
  /** Its id. */
  readonly id: string;
  /** The target's id. */
  readonly to: string;
  /** When it was sent. */
  readonly sentAt: number;
  /** How far it is. */
  readonly status: "running" | "queued" | "stuck" | "finished" | "failed";
  /** When it has finished or failed; null before. */
  readonly endedAt: number | null;
  /** When its result was in an answer to the workspace's poll; null before. */
  readonly deliveredAt: number | null;
  /** What went wrong, or "". */
  readonly error: string;
}

/** A workspace as the page shows it. It carries no token. */
export interface PageWorkspace {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its status, one of the platform's words. */
  readonly status: string;
  /** Since when it has this status. */
  readonly statusSince: number;
  /** When it was made. */
  readonly createdAt: number;
  /** When it goes offline unless it beats; null when the platform does not watch it. */
  readonly expiresAt: number | null;
  /** How many beats were accepted. */
  readonly beats: number;
  /** When the last beat was accepted; null when there was none. */
  readonly lastBeatAt: number | null;
  /** The attempts to beat that have failed since the last accepted one; null when there is none. */
  readonly failing: PageFailing | null;
  /** What its agent is at, by the last beat, or "". */
  readonly task: string;
  /** What its last beat says is wrong with it, or "". */
  readonly complaint: string;
  /** How often the platform has restarted its container. */
  readonly restarts: number;
  /** What strikes its requests. */
  readonly faults: readonly PageFault[];
  /** The latest instants, the oldest first. */
  readonly moments: readonly PageMoment[];
  /** The latest delegations, the oldest first. */
  readonly delegations: readonly PageDelegation[];
  /** The latest bubbles of the user's chat, the oldest first. */
  readonly chat: readonly { readonly at: number; readonly message: string }[];
}

/** A fault that strikes a workspace's requests. */
export interface PageFault {
  /** "503" or another status, "cut", or the kind of the fault. */
  readonly what: string;
  /** "every request", or the endpoints. */
  readonly where: string;
}

/** Attempts to beat that have failed, one after another. */
export interface PageFailing {
  /** When the first of them failed. */
  readonly since: number;
  /** How many. */
  readonly count: number;
  /** What became of the last one: a status, or what happened to the connection. */
  readonly why: string;
}

/** What the page is sent: all workspaces at first, and then those that have changed. */
export interface PageMessage {
  /** The platform's time. */
  readonly now: number;
  /** Where it listens. */
  readonly url: string;
  /** How it speaks. */
  readonly dialect: string;
  /** Workspaces, in the order in which they were made. */
  readonly workspaces: readonly PageWorkspace[];
}
