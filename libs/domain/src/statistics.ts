/** The middle of some numbers; of an even count, half way between the middle two. NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median distance from a middle, scaled so that it is the standard deviation of a normal distribution: outliers do not move it. */
export function robustSpread(numbers: readonly number[], middle = median(numbers)): number {
  return 1.4826 * median(numbers.map((number) => Math.abs(number - middle)));
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
