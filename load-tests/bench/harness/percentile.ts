/** Nearest-rank percentile: the smallest value that `percent` of all values don't exceed. Throws when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('a percentile of no values');
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
