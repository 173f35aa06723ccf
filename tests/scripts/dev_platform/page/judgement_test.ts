import { assertEquals } from "@std/assert";
import {
  inOrder,
  judge,
  lateAfter,
  verdictOfAll,
} from "../../../../scripts/dev_platform/page/judgement.js";
import { clock } from "../../../../scripts/dev_platform/page/words.js";
import type { PageWorkspace } from "../../../../scripts/dev_platform/mod.ts";
import { moment, NOW, second, workspace } from "./_workspace.ts";

/** The verdict on a workspace, and all that is said about it. */
function verdict(like: Partial<PageWorkspace>): string {
  const { verdict, what, now, why, expiry } = judge(workspace(like), NOW);
  return [verdict, what, now, why, expiry].filter((part) => part !== "").join("; ");
}

const silent = { lastBeatAt: second(240), expiresAt: NOW + 12_000 };
const since = `has not beaten since ${clock(second(240))}; 4 min ago`;
const failing = { since: second(230), count: 5, why: "503" };
const never = { beats: 0, lastBeatAt: null, moments: [] };

const verdicts: [name: string, like: Partial<PageWorkspace>, expected: string][] = [
  ["it beats", {}, "fine; beats every 30 s or so; last 12 s ago; expires in 2 min 48 s"],
  [
    "it has beaten but once",
    { beats: 1, moments: [] },
    "fine; beats; last 12 s ago; expires in 2 min 48 s",
  ],
  [
    "one attempt has failed",
    { failing: { ...failing, count: 1 } },
    "fine; beats every 30 s or so; last 12 s ago; expires in 2 min 48 s",
  ],
  [
    "it is silent",
    silent,
    `trouble; ${since}; nothing comes from it; expires in 12 s`,
  ],
  [
    "its attempts fail",
    { ...silent, failing },
    `trouble; ${since}; its last 5 attempts got 503; expires in 12 s`,
  ],
  [
    "its attempts do not get an answer",
    { ...silent, failing: { ...failing, why: "the connection was cut" } },
    `trouble; ${since}; its last 5 attempts failed, as the connection was cut; expires in 12 s`,
  ],
  [
    "it was given up",
    { ...silent, status: "offline", statusSince: second(60), expiresAt: null },
    `trouble; ${since}; nothing comes from it; offline since ${clock(second(60))}`,
  ],
  [
    "it was given up and has never beaten",
    { ...never, status: "offline", statusSince: second(420), expiresAt: null },
    `trouble; has not beaten once since ${
      clock(second(600))
    }; 10 min ago; nothing comes from it; ` +
    `offline since ${clock(second(420))}`,
  ],
  [
    "it has not beaten yet",
    never,
    "waiting; has not beaten yet; start its sidecar; expires in 2 min 48 s",
  ],
  [
    "it is degraded",
    { status: "degraded", statusSince: second(65), complaint: "no model" },
    `trouble; has been degraded since ${clock(second(65))}; for 1 min 5 s; it says: no model; ` +
    "expires in 2 min 48 s",
  ],
  [
    "it beats and nobody watches it",
    { expiresAt: null },
    "fine; beats every 30 s or so; last 12 s ago; not watched until it registers",
  ],
  [
    "it is paused",
    { ...silent, status: "paused" },
    `resting; has been paused since ${clock(second(600))}`,
  ],
  [
    "it is deleted",
    { ...silent, status: "removed" },
    `resting; was deleted at ${clock(second(600))}`,
  ],
];
for (const [name, like, expected] of verdicts) {
  Deno.test(`judge() says what is the matter with a workspace when ${name}`, () => {
    assertEquals(verdict(like), expected);
  });
}

Deno.test("judge() takes a workspace for fine up to two of its intervals, and no longer", () => {
  const at = (ms: number) => judge(workspace({ lastBeatAt: NOW }), NOW + ms).verdict;
  assertEquals([at(60_000), at(60_001)], ["fine", "trouble"]);
});

Deno.test("judge() says that a workspace is silent when it does not beat, and not when it is degraded", () => {
  const silent = judge(workspace({ lastBeatAt: second(100) }), NOW).isSilent;
  const degraded = judge(workspace({ status: "degraded" }), NOW);
  assertEquals([silent, degraded.verdict, degraded.isSilent], [true, "trouble", false]);
  assertEquals(judge(workspace(), NOW).isSilent, false);
});

const paces: [steps: number[], late: number][] = [
  [[], 60_000],
  [[30, 30, 30], 60_000],
  [[5, 5, 5], 10_000],
  [[1, 1, 1, 1], 10_000],
  [[30, 1, 29, 30], 60_000],
  [[30, 30, 400, 30, 30], 60_000],
  [[400], 120_000],
];
for (const [steps, late] of paces) {
  Deno.test(`lateAfter() is ${late} ms when beats are apart by ${steps.join(", ") || "nothing"}`, () => {
    let ago = 3600;
    const agos = [ago, ...steps.map((step) => ago -= step)];
    const moments = agos.map((ago) => moment(ago, "beat"));
    assertEquals(lateAfter({ moments }), late);
  });
}

const sums: [verdicts: ReturnType<typeof judge>["verdict"][], expected: string][] = [
  [[], "There is no workspace yet"],
  [["trouble", "fine", "resting"], "1 of 3 workspaces is in trouble"],
  [["trouble", "trouble"], "2 of 2 workspaces are in trouble"],
  [["trouble"], "1 of 1 workspace is in trouble"],
  [["fine", "fine"], "Nothing is in trouble: 2 of 2 workspaces beat"],
  [
    ["fine", "waiting", "resting"],
    "Nothing is in trouble: 1 of 3 workspaces beats, 1 has not beaten yet, 1 is paused or deleted",
  ],
  [["waiting", "waiting"], "Nothing is in trouble: 2 have not beaten yet"],
];
for (const [verdicts, expected] of sums) {
  Deno.test(`verdictOfAll() says '${expected}' when that is so`, () => {
    const said = judge(workspace(), NOW);
    assertEquals(verdictOfAll(verdicts.map((verdict) => ({ ...said, verdict }))), expected);
  });
}

Deno.test("inOrder() begins with those in trouble, the longest first", () => {
  const all = [
    workspace({ name: "Paused", status: "paused" }),
    workspace({ name: "Zoe" }),
    workspace({ name: "Late", lastBeatAt: second(100) }),
    workspace({ name: "Adam" }),
    workspace({ name: "Later", lastBeatAt: second(200) }),
    workspace({ name: "New", ...never }),
  ].map((workspace) => ({ workspace, judgement: judge(workspace, NOW) }));
  const names = inOrder(all).map(({ workspace }) => workspace.name);
  assertEquals(names, ["Later", "Late", "New", "Adam", "Zoe", "Paused"]);
});
