import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { medianOf, type Point, trendOf } from "../../../scripts/soak/trend.ts";
import { Chance } from "../../../scripts/stress/random.ts";

function pointsOf(y: (x: number) => number, count = 24): Point[] {
  return Array.from({ length: count }, (_, x) => ({ x, y: y(x) }));
}

Deno.test("trendOf() finds the slope of a line, and is sure of it", () => {
  assertEquals(trendOf(pointsOf((x) => 3 * x - 7)), { slope: 3, low: 3, high: 3 });
});

Deno.test("trendOf() is not bent by a quarter of outliers", () => {
  const { slope } = trendOf(pointsOf((x) => x % 4 === 0 ? 10_000 : 2 * x));
  assert(slope > 1.5 && slope < 2.5, `${slope}`);
});

Deno.test("trendOf() cannot tell the slope of noise from 0", () => {
  const chance = new Chance(5);
  const { low, high } = trendOf(pointsOf(() => chance.next()));
  assert(low < 0 && high > 0, `${low} to ${high}`);
});

Deno.test("trendOf() is less sure of few points than of many", () => {
  const width = (count: number) => {
    const chance = new Chance(9);
    const { low, high } = trendOf(pointsOf((x) => x + chance.next() * 5, count));
    return high - low;
  };
  assert(width(6) > width(24), `${width(6)} and ${width(24)}`);
});

Deno.test("trendOf() takes as many ranks to either side as Kendall's statistic is uncertain", () => {
  // n = 8: 28 slopes, and 1.96 × sqrt(8 × 7 × 21 / 18) = 15.8 ranks between the ends (Sen 1968).
  const points = [3, 1, 4, 1.5, 9, 2.6, 5, 3.5].map((y, x) => ({ x, y }));
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).map((other) => (other.y - one.y) / (other.x - one.x))
  ).toSorted((one, other) => one - other);
  const { low, high } = trendOf(points);
  assertEquals([slopes.indexOf(low), slopes.indexOf(high)], [5, 22]);
});

Deno.test("trendOf() says 0 where there are fewer than two points", () => {
  assertEquals(trendOf([{ x: 1, y: 5 }]), { slope: 0, low: 0, high: 0 });
});

Deno.test("medianOf() is the middle, or between the two in the middle", () => {
  assertEquals([medianOf([]), medianOf([4]), medianOf([9, 1, 5])], [0, 4, 5]);
  assertAlmostEquals(medianOf([10, 1, 2, 3]), 2.5);
});
