import type { PageMoment, PageWorkspace } from "../../../../scripts/dev_platform/mod.ts";

/** The platform's time. */
export const NOW = Date.UTC(2026, 10, 26, 14, 7, 12);

/** So many seconds ago. */
export function second(ago: number): number {
  return NOW - ago * 1000;
}

/** An instant so many seconds ago. */
export function moment(
  ago: number,
  kind: PageMoment["kind"],
  text = "",
  failed = false,
): PageMoment {
  return { at: second(ago), kind, text, failed };
}

/** A workspace that beats every 30 s and has beaten 12 s ago; `like` overrides that. */
export function workspace(like: Partial<PageWorkspace> = {}): PageWorkspace {
  return {
    id: "ws-b",
    name: "Digger",
    status: "online",
    statusSince: second(600),
    createdAt: second(600),
    expiresAt: NOW + 168_000,
    beats: 4,
    lastBeatAt: second(12),
    failing: null,
    task: "",
    complaint: "",
    restarts: 0,
    faults: [],
    moments: [102, 72, 42, 12].map((ago) => moment(ago, "beat")),
    delegations: [],
    chat: [],
    ...like,
  };
}
