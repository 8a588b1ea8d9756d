import type { Duration } from '@keelson/kernel';

/** The days on which a schedule runs: those with a session of a market, or a day of the week. */
export type ScheduleDays =
  { readonly sessionsOf: 'XNYS' | 'CME_GLOBEX' | 'FX' } | { readonly weekday: 'Saturday' | 'Sunday' };

/** The times of a schedule that follows the market and not the second hand. */
export interface ScheduleTimes {
  readonly days: ScheduleDays;
  /** On the wall clock of the time zone, `08:30`; or so long after the close, which half days bring forward. */
  readonly at: string | { readonly afterClose: Duration };
  readonly timeZone: 'America/New_York';
  /** How late it may still run when nobody was there at its time; later than that it waits for the next. */
  readonly within: Duration;
}

/**
 * Work that beat starts by the clock. With `every`, a tick that is missed is not made up for: each run looks at the state
 * as it is. With `times`, each of them is served once, however often beat is restarted.
 */
export type ScheduleSpec = { readonly name: string; readonly purpose: string } & (
  { readonly every: Duration; readonly times?: never } | { readonly times: ScheduleTimes; readonly every?: never }
);

const timeZone = 'America/New_York';

export const schedules = [
  { name: 'outbox-sweep', purpose: 'wakes workers for outbox rows that no live lease holds', every: '1 second' },
  { name: 'stuck-order-check', purpose: 'counts orders that are submitted without an answer', every: '2 seconds' },
  { name: 'alert-evaluation', purpose: 'fires and clears alerts', every: '2 seconds' },
  {
    name: 'notifications',
    purpose: 'delivers what somebody is to be told: alerts that fire and clear',
    every: '2 seconds',
  },
  { name: 'exposure-sweep', purpose: 'compares reserved exposure with what is open', every: '5 seconds' },
  {
    name: 'decisions-ahead',
    purpose: 'makes decisions ahead for what signals come for, so that the order path only looks them up',
    every: '15 seconds',
  },
  {
    name: 'portfolio-snapshots',
    purpose: 'lets open trades see the last quotes, and keeps what every account is worth',
    every: '1 minute',
  },
  {
    name: 'contract-ends',
    purpose: 'books the end of options and futures that have expired, in every account that holds them',
    every: '1 minute',
  },
  {
    name: 'receipt-retention',
    purpose: 'deletes receipt bodies, dedupe keys and stream events past their time',
    every: '1 hour',
  },
  {
    name: 'pre-market-check',
    purpose: 'looks before the stock market opens whether everything is ready to trade, and reports it',
    times: { days: { sessionsOf: 'XNYS' }, at: '08:30', timeZone, within: '7 hours' },
  },
  {
    name: 'end-of-day',
    purpose: 'has every account compared with its venue, and its worth noted, when the stock market has closed',
    times: { days: { sessionsOf: 'XNYS' }, at: { afterClose: '5 minutes' }, timeZone, within: '3 hours' },
  },
  {
    name: 'daily-close',
    purpose: 'closes the trading day of every account and writes its statement',
    times: { days: { sessionsOf: 'FX' }, at: { afterClose: '15 minutes' }, timeZone, within: '20 hours' },
  },
  {
    name: 'weekend-maintenance',
    purpose: 'deletes old prices and reports, and refreshes the statistics of Postgres, while markets are closed',
    times: { days: { weekday: 'Saturday' }, at: '10:00', timeZone, within: '24 hours' },
  },
] as const satisfies readonly ScheduleSpec[];

export type ScheduleName = (typeof schedules)[number]['name'];
