import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { FigureName, Sample } from "../../../scripts/soak/figures.ts";
import { judge, type JudgedFigure } from "../../../scripts/soak/judgement.ts";
import { sampleOf } from "./_sample.ts";

const SECONDS = 3600;

/** A sample every 5 s, in all figures the same. */
function samplesOf(value: (seconds: number) => number, length: number): Sample[] {
  const count = length / 5 + 1;
  return Array.from({ length: count }, (_, index) => sampleOf(100 + index * 5, value(index * 5)));
}

function judged(
  name: FigureName,
  value: (seconds: number) => number,
  length = SECONDS,
): JudgedFigure {
  const found = judge(samplesOf(value, length)).find((figure) => figure.name === name);
  if (found === undefined) throw new Error(`${name} was not judged`);
  return found;
}

Deno.test("judge() says that a timer every four minutes grows", () => {
  assertEquals(judged("timers", (seconds) => 5 + Math.floor(seconds / 240)).verdict, "grows");
});

Deno.test("judge() lets pass what grows by less than is allowed, and nothing more", () => {
  assertEquals(judged("timers", (seconds) => 1.98 * seconds / SECONDS).verdict, "steady");
  assertEquals(judged("timers", (seconds) => 2.02 * seconds / SECONDS).verdict, "grows");
});

Deno.test("judge() takes memory that is given back every four minutes for no growth", () => {
  const value = (seconds: number) => 8 + (seconds % 240) * seconds / 100_000;
  assertEquals(judged("heapUsed", value).verdict, "steady");
});

Deno.test("judge() cannot tell of memory in less than half an hour, but of timers", () => {
  const verdicts = (seconds: number) =>
    (["rss", "timers"] as const).map((name) => judged(name, (x) => x, seconds).verdict);
  assertEquals(verdicts(1795), ["too short to tell", "grows"]);
  assertEquals(verdicts(1800), ["grows", "grows"]);
});

Deno.test("judge() takes one step for no growth", () => {
  assertEquals(judged("rss", (seconds) => seconds < 1800 ? 60 : 64).verdict, "steady");
});

Deno.test("judge() does not judge what may grow", () => {
  assertEquals(judged("cpuSeconds", (seconds) => seconds).verdict, "not judged");
});

Deno.test("judge() tells where a figure began, where it ended, and how far it went", () => {
  const { start, end, least, most, perHour } = judged("timers", (seconds) => seconds / 60);
  // 24 parts of 150 s: the first and the last half of a minute less, or more, than their middle.
  assertAlmostEquals(start, 72.5 / 60);
  assertAlmostEquals(end, 3525 / 60);
  assertEquals([least, most], [0, 60]);
  assertAlmostEquals(perHour.slope, 60, 1);
});

Deno.test("judge() cuts the time into fewer parts for memory, of five minutes each", () => {
  assertAlmostEquals(judged("rss", (seconds) => seconds / 60).start, 147.5 / 60);
});

Deno.test("judge() says nothing of no samples", () => {
  assertEquals(judge([]), []);
});
