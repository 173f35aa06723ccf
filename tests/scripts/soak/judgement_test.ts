import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { FigureName, Sample } from "../../../scripts/soak/figures.ts";
import { judge, type JudgedFigure } from "../../../scripts/soak/judgement.ts";
import { sampleOf } from "./_sample.ts";

const SECONDS = 1200;

/** A sample every 5 s, in all figures the same. */
function samplesOf(value: (seconds: number) => number): Sample[] {
  const count = SECONDS / 5 + 1;
  return Array.from({ length: count }, (_, index) => sampleOf(100 + index * 5, value(index * 5)));
}

function judged(name: FigureName, value: (seconds: number) => number): JudgedFigure {
  const found = judge(samplesOf(value)).find((figure) => figure.name === name);
  if (found === undefined) throw new Error(`${name} was not judged`);
  return found;
}

Deno.test("judge() says that a timer every four minutes grows", () => {
  assertEquals(judged("timers", (seconds) => 5 + Math.floor(seconds / 240)).grows, true);
});

Deno.test("judge() lets pass what grows by as much as is allowed, and nothing more", () => {
  assertEquals(judged("timers", (seconds) => seconds / SECONDS).grows, false);
  assertEquals(judged("timers", (seconds) => 1.01 * seconds / SECONDS).grows, true);
});

Deno.test("judge() takes memory that is given back for no growth", () => {
  // More and more garbage, which is collected in the end.
  assertEquals(judged("heapUsed", (seconds) => 8 + (seconds % 30) * seconds / 1000).grows, false);
});

Deno.test("judge() takes one step for no growth", () => {
  assertEquals(judged("rss", (seconds) => seconds < 600 ? 60 : 64).grows, false);
});

Deno.test("judge() does not judge what may grow", () => {
  assertEquals(judged("cpuSeconds", (seconds) => seconds).grows, false);
});

Deno.test("judge() tells where a figure began, where it ended, and how far it went", () => {
  const { start, end, least, most, perHour } = judged("rss", (seconds) => seconds / 60);
  assertAlmostEquals(start, 22.5 / 60);
  assertAlmostEquals(end, (1150 + 1200) / 2 / 60);
  assertEquals([least, most], [0, 20]);
  assertAlmostEquals(perHour.slope, 60, 1);
});

Deno.test("judge() says nothing of no samples", () => {
  assertEquals(judge([]), []);
});
