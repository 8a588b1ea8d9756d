import { type ExceptionalDays, globexDays, newYorkDays } from './exchange-days.ts';

/**
 * XNYS: NYSE, Nasdaq, NYSE Arca and American, core hours. CBOE_OPTIONS: listed options, the quarter of an hour after the
 * stock market's close included. CME_GLOBEX: futures of CME, CBOT, NYMEX and COMEX. FX: the interbank week, New York
 * clock. ALWAYS: crypto, every day of the year; its days are those of UTC.
 */
export const calendarNames = ['XNYS', 'CBOE_OPTIONS', 'CME_GLOBEX', 'FX', 'ALWAYS'] as const;
export type CalendarName = (typeof calendarNames)[number];

/** The regular hours of one trading day, on the exchange's own clock. */
export interface CalendarRules {
  readonly timeZone: string;
  readonly opens: string;
  /** The session of a day opens on the evening before it; the trading day then rolls at `opens`. */
  readonly opensTheDayBefore: boolean;
  readonly closes: string;
  /** Minutes by which a shortened session ends later than the days' table says. */
  readonly minutesAfterEarlyClose: number;
  /** ISO numbers: 1 is Monday. */
  readonly lastWeekday: 5 | 7;
  readonly daysOf: (year: number) => ExceptionalDays | undefined;
}

const noExceptions: ExceptionalDays = { closed: '', early: '' };

export const calendars: Readonly<Record<CalendarName, CalendarRules>> = {
  XNYS: {
    timeZone: 'America/New_York',
    opens: '09:30',
    opensTheDayBefore: false,
    closes: '16:00',
    minutesAfterEarlyClose: 0,
    lastWeekday: 5,
    daysOf: (year) => newYorkDays[year],
  },
  CBOE_OPTIONS: {
    timeZone: 'America/New_York',
    opens: '09:30',
    opensTheDayBefore: false,
    closes: '16:15',
    minutesAfterEarlyClose: 15,
    lastWeekday: 5,
    daysOf: (year) => newYorkDays[year],
  },
  CME_GLOBEX: {
    timeZone: 'America/Chicago',
    opens: '17:00',
    opensTheDayBefore: true,
    // The hour between a close and the next open is the daily break.
    closes: '16:00',
    minutesAfterEarlyClose: 0,
    lastWeekday: 5,
    daysOf: (year) => globexDays[year],
  },
  FX: {
    timeZone: 'America/New_York',
    opens: '17:00',
    opensTheDayBefore: true,
    closes: '17:00',
    minutesAfterEarlyClose: 0,
    lastWeekday: 5,
    // No exchange decides: dealers and venues close for Christmas and New Year's Day only.
    daysOf: () => ({ closed: '01-01 12-25', early: '' }),
  },
  ALWAYS: {
    timeZone: 'UTC',
    opens: '00:00',
    opensTheDayBefore: false,
    closes: '24:00',
    minutesAfterEarlyClose: 0,
    lastWeekday: 7,
    daysOf: () => noExceptions,
  },
};
