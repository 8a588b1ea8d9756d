/**
 * Where trading-day logic gets its time, so that tests and seeding can set it. Leases, deadlines and expiry use
 * Postgres' own clock instead: they must agree across processes, not with the calendar.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
