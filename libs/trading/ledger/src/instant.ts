/** True when an ISO instant lies before another; a Date would lose the microseconds that a venue may tell them apart by. */
export function isBefore(left: string, right: string): boolean {
  const [a, b] = [Date.parse(left), Date.parse(right)];
  return a === b ? fractionOf(left) < fractionOf(right) : a < b;
}

/** The part of a second, as digits of one length. */
function fractionOf(instant: string): string {
  return (/\.(\d+)/.exec(instant)?.[1] ?? '').padEnd(9, '0');
}
