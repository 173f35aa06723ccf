import { assertAlmostEquals, assertEquals } from "@std/assert";
import { mean, median, slope } from "../../../scripts/bench/statistics.ts";

Deno.test("median() gives what is in the middle, or between the two there", () => {
  const cases: [numbers: number[], expected: number][] = [
    [[7], 7],
    [[3, 1, 2], 2],
    [[10, 1, 2, 3], 2.5],
    [[-1, -10, 100], -1],
    [[], NaN],
  ];
  for (const [numbers, expected] of cases) assertEquals(median(numbers), expected);
});

Deno.test("median() leaves the numbers in their order", () => {
  const numbers = [3, 1, 2];
  median(numbers);
  assertEquals(numbers, [3, 1, 2]);
});

Deno.test("slope() gives the rise per step", () => {
  const cases: [numbers: number[], expected: number][] = [
    [[5, 5, 5], 0],
    [[1, 3, 5, 7], 2],
    [[7, 5], -2],
    [[0, 10, 0, 10], 2], // the least squares of noise
  ];
  for (const [numbers, expected] of cases) assertAlmostEquals(slope(numbers), expected);
  assertEquals(slope([1]), NaN);
});

Deno.test("mean() gives what each would be if all were the same", () => {
  assertEquals([mean([1, 2, 6]), mean([-5]), mean([])], [3, -5, NaN]);
});
