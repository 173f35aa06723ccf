import { assertEquals } from "@std/assert";
import { PARTS } from "../../../scripts/soak/judgement.ts";
import { problemsOf, type SoakReport } from "../../../scripts/soak/soak_report.ts";
import { sampleOf } from "./_sample.ts";

const GOOD: SoakReport = {
  seed: 1,
  program: "the program",
  warmUpSeconds: 10,
  measuredSeconds: PARTS,
  figures: [],
  journal: { compactions: 0, compacted: [], most: 256, bound: 256 },
  beats: { accepted: 10, largest: 100, largestCalm: 10 },
  results: { results: 3, lost: [], torn: [], inWindow: [], duplicated: [], disordered: [] },
  messages: { sent: 1, lost: 0, duplicated: 0 },
  takings: 1,
  thrown: {},
  deeds: {},
  answers: {},
  connections: 1,
  log: {},
  errors: [],
  died: undefined,
  exitCode: 0,
  samples: Array.from({ length: PARTS }, (_, index) => sampleOf(10 + index, 1)),
};

Deno.test("problemsOf() finds none at the bounds of what is allowed", () => {
  assertEquals(problemsOf(GOOD), []);
});

const perHour = { slope: 2.5, low: 2, high: 3 };
const figure = { start: 1, end: 2, least: 0, most: 3, perHour };
const { beats, journal, messages, results } = GOOD;

const BAD: readonly [what: Partial<SoakReport>, problem: string][] = [
  [
    { figures: [{ ...figure, name: "timers", verdict: "grows" }] },
    "Timers: grows by 2.50 an hour",
  ],
  [
    { figures: [{ ...figure, name: "rss", verdict: "grows" }] },
    "Resident memory: grows by 2.50 MiB an hour",
  ],
  [{ samples: GOOD.samples.slice(1) }, "it did not last long enough to tell what grows"],
  [{ warmUpSeconds: 11 }, "it did not last long enough to tell what grows"],
  [{ died: "a line | the last" }, "it ended by itself: a line | the last"],
  [{ exitCode: 77 }, "it ended with 77"],
  [{ journal: { ...journal, most: 257 } }, "Journal: 257 KiB, more than its bound"],
  [{ beats: { ...beats, accepted: 1 } }, "no beats were accepted"],
  [
    { beats: { ...beats, largestCalm: 10.1 } },
    "10.1 s without a beat, though nothing was wrong",
  ],
  [{ results: { ...results, lost: ["completed d1"] } }, "1 result lost: completed d1"],
  [{ results: { ...results, torn: ["{", "["] } }, "2 results torn: {, ["],
  [{ results: { ...results, inWindow: ["completed d1"] } }, "1 result duplicated: completed d1"],
  [{ results: { ...results, duplicated: ["completed d1"] } }, "1 result duplicated: completed d1"],
  [{ results: { ...results, disordered: ["completed d1"] } }, "1 result disordered: completed d1"],
  [{ messages: { ...messages, lost: 2 } }, "2 messages lost, 0 duplicated"],
  [{ messages: { ...messages, duplicated: 1 } }, "0 messages lost, 1 duplicated"],
];

for (const [what, problem] of BAD) {
  Deno.test(`problemsOf() says: ${problem} (${Object.keys(what)})`, () => {
    assertEquals(problemsOf({ ...GOOD, ...what }), [problem]);
  });
}
