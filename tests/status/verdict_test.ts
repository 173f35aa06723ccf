import { assertEquals, assertMatch } from "@std/assert";
import {
  aliveVerdict,
  contactVerdict,
  type FoundStatus,
  type Status,
  type Verdict,
  worstVerdict,
} from "../../lib/status/mod.ts";
import { ago, found, NOW, REFUSED } from "./_statuses.ts";

type Row = readonly [
  what: string,
  found: FoundStatus,
  isHealthy: boolean,
  word: string,
  reason: RegExp,
];

/** What a single turn has left behind that did not go well. */
function once(differences: Partial<Status>): FoundStatus {
  const ended = { at: ago(2), exit_code: 69, reason: "it was to do a single turn" };
  return found({ state: "once", ended, ...differences });
}

const FILE = "/c/.workspace_beat_status.json";

/** What says nothing of a sidecar that could be healthy. */
const UNKNOWN: readonly Row[] = [
  ["is missing", { kind: "missing", file: FILE }, false, "unknown", /^there is no '\/c\/\.work/],
  ["is torn", { kind: "torn", file: FILE, why: "it is empty" }, false, "unknown", /: it is empty$/],
  ["cannot be read", { kind: "unreadable", problem: "why" }, false, "unknown", /^why$/],
  [
    "is of another version",
    { kind: "other_version", file: FILE, version: 2, writtenBy: "9.0.0" },
    false,
    "unknown",
    /has version 2, written by workspace-beat 9\.0\.0, and this is workspace-beat .* reads version 1/,
  ],
  [
    "was written in the future",
    found({ written_at: ago(-3600), last_accepted_beat: ago(-3600) }),
    false,
    "unknown",
    /^the status was written 1 h in the future: a clock was set/,
  ],
  [
    "says that it has stopped",
    found({
      state: "stopped",
      ended: { at: ago(60), exit_code: 77, reason: "the workspace was removed" },
    }),
    false,
    "stopped",
    /^\d\d:\d\d:\d\d, 1 min ago with exit code 77: the workspace was removed$/,
  ],
];

const CONTACT: readonly Row[] = [
  ...UNKNOWN,
  ["has just beaten", found(), true, "healthy", /^last beat 12 s ago$/],
  [
    "was written a little in the future, as a time server sets a clock back",
    found({ written_at: ago(-3), last_accepted_beat: ago(-3) }),
    true,
    "healthy",
    /^last beat 0 s ago$/,
  ],
  ["is two intervals old", found({ last_accepted_beat: ago(60) }), true, "healthy", /1 min ago$/],
  [
    "has failed since, but not for long",
    found({ attempts: 2, outage_since: ago(5), last_outcome: REFUSED }),
    true,
    "healthy",
    /^last beat 12 s ago; 2 failed tries since: answered 503: agent is busy$/,
  ],
  [
    "is paused",
    found({ state: "paused", workspace: { presence: "resting", status: "paused", since: ago(9) } }),
    true,
    "paused",
    /^last beat 12 s ago; the workspace is paused on the platform, beats go on$/,
  ],
  [
    "has had no beat accepted for more than two intervals",
    found({
      last_accepted_beat: ago(240),
      attempts: 9,
      outage_since: ago(210),
      last_outcome: REFUSED,
      next_beat: ago(-17),
    }),
    false,
    "in trouble",
    /^no beat accepted since \d\d:\d\d:\d\d, 4 min ago: answered 503: agent is busy; next attempt in 17 s$/,
  ],
  [
    "is beating right now, in vain",
    found({ last_accepted_beat: ago(240), attempts: 9, next_beat: null, last_outcome: REFUSED }),
    false,
    "in trouble",
    /; next attempt now$/,
  ],
  [
    "is late for no reason that is known",
    found({ last_accepted_beat: ago(75) }),
    false,
    "late",
    /^last beat at \d\d:\d\d:\d\d, 1 min 15 s ago, more than 1 min$/,
  ],
  [
    "was killed",
    found({ last_accepted_beat: ago(300), written_at: ago(290) }),
    false,
    "stale",
    /^status last written 4 min ago: the sidecar was killed, hangs, or cannot write it$/,
  ],
  [
    "was killed in an outage",
    found({ last_accepted_beat: ago(300), written_at: ago(290), attempts: 3 }),
    false,
    "stale",
    /^status last written 4 min ago/,
  ],
  [
    "was killed before its first beat",
    found({ last_accepted_beat: null, written_at: ago(290) }),
    false,
    "stale",
    /^status last written 4 min ago/,
  ],
  [
    "has just started",
    found({ last_accepted_beat: null, started_at: ago(1) }),
    false,
    "starting",
    /^no beat accepted yet, started 1 s ago$/,
  ],
  [
    "has never had a beat accepted",
    found({ last_accepted_beat: null, attempts: 3, last_outcome: REFUSED }),
    false,
    "in trouble",
    /^no beat accepted since the start, 1 h ago: answered 503: agent is busy; next attempt now$/,
  ],
  [
    "waits for a removed workspace",
    found({
      state: "removed",
      workspace: { presence: "removed", status: "", since: ago(9) },
    }),
    false,
    "removed",
    /^the workspace was removed from the platform; waiting/,
  ],
  [
    "was killed while it waited for a removed workspace",
    found({
      state: "removed",
      workspace: { presence: "removed", status: "", since: ago(9) },
      written_at: ago(290),
    }),
    false,
    "stale",
    /^status last written 4 min ago/,
  ],
  [
    "is that of a single turn for a removed workspace",
    once({ workspace: { presence: "removed", status: "", since: ago(9) } }),
    false,
    "removed",
    /^the workspace was removed from the platform$/,
  ],
  [
    "is that of a single turn without a beat",
    once({ last_accepted_beat: null, last_outcome: null }),
    false,
    "in trouble",
    /^no beat accepted since the start, 1 h ago; ended with exit code 69$/,
  ],
  [
    "is that of a single turn whose beat failed",
    once({ last_accepted_beat: null, attempts: 1, last_outcome: REFUSED }),
    false,
    "in trouble",
    /^no beat .*: answered 503: agent is busy; ended with exit code 69$/,
  ],
  [
    "has had a beat accepted in the future",
    found({ last_accepted_beat: ago(-3600) }),
    false,
    "unknown",
    /^the last beat was accepted 1 h in the future/,
  ],
  [
    "has done its single turn",
    found({ state: "once", written_at: ago(12) }),
    true,
    "healthy",
    /^last beat 12 s ago$/,
  ],
  [
    "has done its single turn, and nobody has done another",
    found({ state: "once", written_at: ago(300), last_accepted_beat: ago(300) }),
    false,
    "late",
    /5 min ago, more than 1 min$/,
  ],
];

function assertVerdict(verdict: Verdict, [, , isHealthy, word, reason]: Row): void {
  assertEquals({ ...verdict, reason: "" }, { isHealthy, word, reason: "" }, verdict.reason);
  assertMatch(verdict.reason, reason);
}

for (const row of CONTACT) {
  const [what, status, , word] = row;
  Deno.test(`contactVerdict() is '${word}' when the status ${what}`, () => {
    assertVerdict(contactVerdict(status, { now: NOW }), row);
  });
}

Deno.test("contactVerdict() takes a beat for recent as long as it is told to", () => {
  const healthy = (seconds: number, maxAgeSeconds: number) =>
    contactVerdict(found({ last_accepted_beat: ago(seconds) }), { now: NOW, maxAgeSeconds })
      .isHealthy;
  assertEquals([healthy(10, 10), healthy(10.1, 10), healthy(300, 300)], [true, false, true]);
});

Deno.test("contactVerdict() takes twice the interval of the status, not of anything else", () => {
  const healthy = (seconds: number) =>
    contactVerdict(
      found({ interval_seconds: 5, last_accepted_beat: ago(seconds) }),
      { now: NOW },
    ).isHealthy;
  assertEquals([healthy(10), healthy(10.1)], [true, false]);
});

const ALIVE: readonly Row[] = [
  ...UNKNOWN,
  ["was just written", found(), true, "alive", /^status written 2 s ago$/],
  [
    "was just written in an outage of an hour",
    found({ last_accepted_beat: ago(3600), attempts: 100 }),
    true,
    "alive",
    /^status written 2 s ago$/,
  ],
  [
    "was just written, and the workspace is removed",
    found({ state: "removed", workspace: { presence: "removed", status: "", since: ago(9) } }),
    true,
    "alive",
    /^status written 2 s ago$/,
  ],
  ["is 90 s old", found({ written_at: ago(90) }), true, "alive", /1 min 30 s ago$/],
  [
    "is older than 90 s",
    found({ written_at: ago(91) }),
    false,
    "stale",
    /^status last written 1 m/,
  ],
  [
    "is that of a single turn",
    found({ state: "once" }),
    false,
    "over",
    /^it did a single turn, 2 s ago$/,
  ],
];

for (const row of ALIVE) {
  const [what, status, , word] = row;
  Deno.test(`aliveVerdict() is '${word}' when the status ${what}`, () => {
    assertVerdict(aliveVerdict(status, { now: NOW }), row);
  });
}

Deno.test("aliveVerdict() takes a status for fresh as long as it is told to", () => {
  const { isHealthy } = aliveVerdict(found({ written_at: ago(6) }), { now: NOW, maxAgeSeconds: 5 });
  assertEquals(isHealthy, false);
});

const WELL: Verdict = { isHealthy: true, word: "healthy", reason: "last beat 1 s ago" };

Deno.test("worstVerdict() is the verdict on a single workspace", () => {
  assertEquals(worstVerdict([["scribe", WELL]]), WELL);
});

Deno.test("worstVerdict() is healthy when all are", () => {
  const { isHealthy, reason, word } = worstVerdict([["a", WELL], ["b", WELL]]);
  assertEquals([isHealthy, `${word}: ${reason}`], [true, "healthy: all 2 workspaces"]);
});

Deno.test("worstVerdict() names the one that is worst", () => {
  const late: Verdict = { isHealthy: false, word: "late", reason: "last beat 2 min ago" };
  const stopped: Verdict = { isHealthy: false, word: "stopped", reason: "1 h ago" };
  const { isHealthy, reason, word } = worstVerdict([["a", late], ["b", WELL], ["c", stopped]]);
  assertEquals(
    [isHealthy, `${word}: ${reason}`],
    [false, "not healthy: 2 of 3 workspaces; c is stopped: 1 h ago"],
  );
});
