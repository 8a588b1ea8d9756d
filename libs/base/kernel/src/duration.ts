const MILLISECONDS = { millisecond: 1, second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type UnitName = keyof typeof MILLISECONDS;

/** A length of time with its unit in the text: `'30 seconds'`, `'1 minute'`. No bare number crosses a package. */
export type Duration = `${number} ${UnitName | `${UnitName}s`}`;

/** A frequency: `'30 per minute'`. */
export type Rate = `${number} per ${UnitName}`;

/** Milliseconds in a duration; throws when the unit is unknown, which only untyped input can cause. */
export function milliseconds(duration: Duration): number {
  const [count, unit] = duration.split(' ') as [string, string];
  const factor = MILLISECONDS[unit.replace(/s$/, '') as UnitName];
  if (factor === undefined || !Number.isFinite(Number(count))) {
    throw new Error(`"${duration}" is not a duration; write a number and a unit, e.g. "30 seconds"`);
  }
  return Number(count) * factor;
}

/** Events a second of a rate. */
export function perSecond(rate: Rate): number {
  const [count, , unit] = rate.split(' ') as [string, string, UnitName];
  return (Number(count) * 1_000) / MILLISECONDS[unit];
}
