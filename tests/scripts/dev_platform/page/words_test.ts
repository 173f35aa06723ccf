import { assertEquals } from "@std/assert";
import { delegationWords } from "../../../../scripts/dev_platform/page/delegations.js";
import { happenings } from "../../../../scripts/dev_platform/page/happenings.js";
import { stretch, trackWords } from "../../../../scripts/dev_platform/page/track.js";
import {
  clock,
  count,
  faultWords,
  short,
  span,
} from "../../../../scripts/dev_platform/page/words.js";
import type { PageDelegation } from "../../../../scripts/dev_platform/mod.ts";
import { moment, NOW, second, workspace } from "./_workspace.ts";

const spans: [ms: number, expected: string][] = [
  [-5, "0 s"],
  [999, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [245_000, "4 min 5 s"],
  [600_000, "10 min"],
  [3_599_999, "59 min"],
  [3_600_000, "1 h"],
  [12_060_000, "3 h 21 min"],
];
for (const [ms, expected] of spans) {
  Deno.test(`span() writes ${ms} ms as '${expected}'`, () => assertEquals(span(ms), expected));
}

Deno.test("count() and short() suit what they are given", () => {
  assertEquals([count(0, "beat"), count(1, "beat")], ["0 beats", "1 beat"]);
  assertEquals([short("d-1"), short(crypto.randomUUID()).length], ["d-1", 8]);
});

Deno.test("faultWords() says what a fault does", () => {
  const said = ["503", "cut", "hang"].map((what) => faultWords({ what, where: "every request" }));
  assertEquals(said, [
    "Fault: every request gets 503.",
    "Fault: every request is cut off.",
    "Fault: every request meets 'hang'.",
  ]);
});

const delegations: [like: Partial<PageDelegation>, expected: string][] = [
  [{}, "running for 40 s"],
  [{ status: "queued" }, "queued for 40 s"],
  [
    { status: "finished", endedAt: second(30) },
    `finished at ${clock(second(30))}, not delivered for 30 s`,
  ],
  [
    { status: "finished", endedAt: second(30), deliveredAt: second(30) },
    `finished at ${clock(second(30))}, delivered at once`,
  ],
  [
    { status: "failed", endedAt: second(30), deliveredAt: second(5), error: "no shovel" },
    `failed at ${clock(second(30))} (no shovel), delivered after 25 s`,
  ],
];
for (const [like, expected] of delegations) {
  Deno.test(`delegationWords() says '${expected.replace(clock(second(30)), "TIME")}'`, () => {
    const fresh = { endedAt: null, deliveredAt: null, error: "", status: "running" } as const;
    const delegation = { id: "d-1", to: "ws-2", sentAt: second(40), ...fresh, ...like };
    assertEquals(delegationWords(delegation, NOW), expected);
  });
}

Deno.test("stretch() holds all that has happened, one minute at least and ten at most", () => {
  const minutes = (...ages: number[]) => {
    const { from, to } = stretch(ages.map((age) => workspace({ createdAt: second(age) })), NOW);
    return [(to - from) / 60_000, to];
  };
  assertEquals([minutes(), minutes(3, 5), minutes(90, 150), minutes(7200)], [
    [1, NOW],
    [1, NOW],
    [2.5, NOW],
    [10, NOW],
  ]);
});

const told = workspace({
  failing: { since: second(40), count: 2, why: "503" },
  moments: [
    moment(299, "beat"),
    moment(130, "beat"),
    moment(100, "beat"),
    moment(70, "beat"),
    moment(60, "wake"),
    moment(50, "wake", "502", true),
    moment(45, "note", "Two ducks"),
    moment(44, "status", "online → paused"),
    moment(43, "token", "token rotated"),
    moment(42, "fault", "every request: 503"),
    moment(41, "registration"),
    moment(40, "failure", "503", true),
    moment(30, "failure", "503", true),
    moment(20, "failure", "the workspace hung up", true),
    moment(10, "message"),
  ],
  delegations: [],
});

Deno.test("trackWords() counts what a timeline shows", () => {
  assertEquals(
    trackWords(told, { from: second(120), to: NOW }),
    "Timeline of the last 2 min: 2 beats, 3 failed beats, 1 gap, 2 wakes, 1 note, 1 message, " +
      "4 other events",
  );
  const nothing = "Timeline of the last 1 min: nothing yet";
  assertEquals(trackWords(workspace({ moments: [] }), { from: second(60), to: NOW }), nothing);
});

Deno.test("happenings() tells all in words, the youngest first, and beats in a row at once", () => {
  assertEquals(happenings(told, NOW).map(({ text }) => text), [
    `No beat from ${clock(second(70))} to now (1 min 10 s)`,
    "Message from another",
    "Beat failed: the workspace hung up",
    "Beat answered with 503, 2 times",
    "Registered",
    "Fault: every request: 503",
    "Token rotated",
    "Status: online → paused",
    "Note to the user: Two ducks",
    "Wake failed: 502",
    "Wake",
    "Beat, 4 times",
    `No beat from ${clock(second(299))} to ${clock(second(130))} (2 min 49 s)`,
  ]);
});
