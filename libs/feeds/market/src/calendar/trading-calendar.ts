import { Temporal } from 'temporal-polyfill';
import { type CalendarName, calendars } from './calendars.ts';
import { isTradingDay, type Session, sessionsOf, type TradingDay } from './sessions.ts';

/** Sessions near an instant: those of the years around it, as one may open on New Year's Eve. */
function sessionsAround(calendar: CalendarName, instant: Date): readonly Session[] {
  const year = instant.getUTCFullYear();
  const own = sessionsOf(calendar, year);
  const month = instant.getUTCMonth();
  if (month === 11) return [...own, ...sessionsOf(calendar, year + 1)];
  return month === 0 ? [...sessionsOf(calendar, year - 1), ...own] : own;
}

/** Index of the first session that closes after the instant; their number when none does. */
function firstNotOver(sessions: readonly Session[], instant: Date): number {
  let [low, high] = [0, sessions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sessions[middle]!.closesAt.getTime() > instant.getTime()) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The session that trades at an instant; undefined when the market is closed, or unknown to the data: closed as well. */
export function sessionAt(calendar: CalendarName, instant: Date): Session | undefined {
  const sessions = sessionsAround(calendar, instant);
  const candidate = sessions[firstNotOver(sessions, instant)];
  return candidate && candidate.opensAt.getTime() <= instant.getTime() ? candidate : undefined;
}

/** True while a market trades. */
export function isOpen(calendar: CalendarName, instant: Date): boolean {
  return sessionAt(calendar, instant) !== undefined;
}

/** The first session that opens after an instant; undefined where the data ends. */
export function nextSession(calendar: CalendarName, instant: Date): Session | undefined {
  const sessions = sessionsAround(calendar, instant);
  for (let index = firstNotOver(sessions, instant); index < sessions.length; index += 1) {
    if (sessions[index]!.opensAt.getTime() > instant.getTime()) return sessions[index];
  }
  return undefined;
}

/** The last session that is over at an instant; undefined where the data begins. */
export function lastSession(calendar: CalendarName, instant: Date): Session | undefined {
  const sessions = sessionsAround(calendar, instant);
  return sessions[firstNotOver(sessions, instant) - 1];
}

/** When a market opens next; undefined where the data ends. While it trades, that is the open of the session after. */
export function nextOpen(calendar: CalendarName, instant: Date): Date | undefined {
  return nextSession(calendar, instant)?.opensAt;
}

/** When a market closes next: the end of the session that trades, else of the one to come. What DAY orders live until. */
export function nextClose(calendar: CalendarName, instant: Date): Date | undefined {
  const sessions = sessionsAround(calendar, instant);
  return sessions[firstNotOver(sessions, instant)]?.closesAt;
}

/** The session of a trading day; undefined on a holiday or weekend. */
export function sessionOn(calendar: CalendarName, day: TradingDay): Session | undefined {
  return sessionsOf(calendar, Number(day.slice(0, 4))).find((session) => session.day === day);
}

/**
 * The trading day that an instant belongs to, also while the market is closed: the exchange's own date, the next one
 * from the hour at which evening sessions open (17:00 in Chicago for Globex, 17:00 in New York for FX), and from there
 * the first day with a session. What happens on a weekend or holiday belongs to the next trading day. In years that the
 * data does not reach, every weekday counts as one.
 */
export function tradingDayOf(calendar: CalendarName, instant: Date): TradingDay {
  const rules = calendars[calendar];
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(rules.timeZone);
  let day = local.toPlainDate();
  if (rules.opensTheDayBefore && local.toPlainTime().toString() >= rules.opens) day = day.add({ days: 1 });
  while (!isTradingDay(rules, day)) day = day.add({ days: 1 });
  return day.toString();
}

/**
 * The trading day of an account, which may hold instruments of many calendars: New York's date, rolling at 17:00, weekends
 * counted to Monday. Daily limits, realised results and statements use it.
 */
export function accountDayOf(instant: Date): TradingDay {
  return tradingDayOf('FX', instant);
}

/** The last day that the data of a calendar reaches; undefined when rules alone decide. */
export function knownUntil(calendar: CalendarName): TradingDay | undefined {
  const { daysOf } = calendars[calendar];
  if (daysOf(9_999)) return undefined;
  let year = 2_000;
  while (!daysOf(year)) year += 1;
  while (daysOf(year + 1)) year += 1;
  return `${year}-12-31`;
}
