import { Temporal } from 'temporal-polyfill';
import { type CalendarName, type CalendarRules, calendars } from './calendars.ts';

/** A trading day, `2026-11-27`: the label that a session carries, also where it opens on the evening before. */
export type TradingDay = string;

/** The time in which a market trades without a break: from `opensAt`, included, to `closesAt`, not included. */
export interface Session {
  readonly day: TradingDay;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

const built = new Map<string, readonly Session[]>();

/** The sessions whose day lies in a year, in order; empty for a year that the data does not reach. Remembered. */
export function sessionsOf(calendar: CalendarName, year: number): readonly Session[] {
  const key = `${calendar} ${year}`;
  let sessions = built.get(key);
  if (!sessions) built.set(key, (sessions = buildYear(calendars[calendar], year)));
  return sessions;
}

function buildYear(rules: CalendarRules, year: number): Session[] {
  const exceptions = rules.daysOf(year);
  if (!exceptions) return [];
  const early = new Map(words(exceptions.early).map((entry) => entry.split('=') as [string, string]));
  const sessions: Session[] = [];
  for (let day = new Temporal.PlainDate(year, 1, 1); day.year === year; day = day.add({ days: 1 })) {
    if (isTradingDay(rules, day)) sessions.push(buildDay(rules, day, early.get(nameOf(day))));
  }
  return sessions;
}

/**
 * True where a day has a session by the calendar's table, without building one. In years that the data does not reach,
 * every weekday counts as one.
 */
export function isTradingDay({ lastWeekday, daysOf }: CalendarRules, day: Temporal.PlainDate): boolean {
  return day.dayOfWeek <= lastWeekday && !daysOf(day.year)?.closed.includes(nameOf(day));
}

/** MM-DD, as the tables have it. */
function nameOf(day: Temporal.PlainDate): string {
  return day.toString().slice(5);
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

function buildDay(rules: CalendarRules, day: Temporal.PlainDate, early: string | undefined): Session {
  const opensOn = rules.opensTheDayBefore ? day.subtract({ days: 1 }) : day;
  const closesAt = early
    ? new Date(instantOf(rules, day, early).getTime() + rules.minutesAfterEarlyClose * 60_000)
    : instantOf(rules, day, rules.closes);
  return { day: day.toString(), opensAt: instantOf(rules, opensOn, rules.opens), closesAt };
}

/** The instant of a wall-clock time on a day; `24:00` is the next midnight. No exchange opens in an hour that DST drops. */
function instantOf(rules: CalendarRules, day: Temporal.PlainDate, time: string): Date {
  const [on, at] = time === '24:00' ? [day.add({ days: 1 }), '00:00'] : [day, time];
  const zoned = on.toZonedDateTime({ timeZone: rules.timeZone, plainTime: Temporal.PlainTime.from(at) });
  return new Date(zoned.epochMilliseconds);
}
