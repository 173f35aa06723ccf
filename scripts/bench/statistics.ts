/**
 * The middle of some numbers.
 *
 * @param numbers The numbers, in any order.
 * @returns The median: of an even count the mean of the two in the middle; NaN of none.
 */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [one = NaN, other = NaN] = [Math.floor, Math.ceil]
    .map((round) => sorted[round((sorted.length - 1) / 2)]);
  return (one + other) / 2;
}

/**
 * The mean of some numbers: of what is counted in coarse ticks it tells more than the median.
 *
 * @param numbers The numbers.
 * @returns NaN of none.
 */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/**
 * How much numbers that were taken one after another rise with each step: the line through them that
 * fits best, in the sense of the least squares.
 *
 * @param numbers The numbers, in their order.
 * @returns The rise per step; NaN of fewer than two.
 */
export function slope(numbers: readonly number[]): number {
  const middle = (numbers.length - 1) / 2;
  const level = mean(numbers);
  let above = 0;
  let below = 0;
  for (const [step, number] of numbers.entries()) {
    above += (step - middle) * (number - level);
    below += (step - middle) ** 2;
  }
  return above / below;
}
