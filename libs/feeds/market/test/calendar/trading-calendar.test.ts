import { describe, expect, it } from '@jest/globals';
import {
  accountDayOf,
  type CalendarName,
  isOpen,
  knownUntil,
  lastSession,
  nextClose,
  nextOpen,
  sessionAt,
  sessionOn,
  tradingDayOf,
} from '../../src/index.ts';

const at = (text: string) => new Date(text);

describe('a market trades from its open, included, to its close, not included', () => {
  it.each<[CalendarName, string, boolean, string]>([
    ['XNYS', '2026-11-20T14:29:59.999Z', false, 'the millisecond before the open'],
    ['XNYS', '2026-11-20T14:30:00Z', true, 'the open'],
    ['XNYS', '2026-11-20T20:59:59.999Z', true, 'the last millisecond'],
    ['XNYS', '2026-11-20T21:00:00Z', false, 'the close'],
    ['XNYS', '2026-11-21T16:00:00Z', false, 'a Saturday'],
    ['XNYS', '2026-11-26T16:00:00Z', false, 'Thanksgiving'],
    ['XNYS', '2026-11-27T17:59:00Z', true, 'the half day after Thanksgiving'],
    ['XNYS', '2026-11-27T18:00:00Z', false, 'one o’clock on the half day'],
    ['CBOE_OPTIONS', '2026-11-27T18:14:00Z', true, 'options, a quarter past one on the half day'],
    ['CBOE_OPTIONS', '2026-11-20T21:14:59Z', true, 'options after the stock market’s close'],
    ['CME_GLOBEX', '2026-11-22T22:59:59Z', false, 'Sunday before 17:00 in Chicago'],
    ['CME_GLOBEX', '2026-11-22T23:00:00Z', true, 'Sunday 17:00 in Chicago'],
    ['CME_GLOBEX', '2026-11-23T22:00:00Z', false, 'the daily break begins'],
    ['CME_GLOBEX', '2026-11-23T22:59:59Z', false, 'the daily break ends'],
    ['CME_GLOBEX', '2026-11-23T23:00:00Z', true, 'after the break'],
    ['CME_GLOBEX', '2026-11-20T22:00:00Z', false, 'Friday 16:00 in Chicago'],
    ['CME_GLOBEX', '2026-11-26T17:59:00Z', true, 'Thanksgiving until noon in Chicago'],
    ['CME_GLOBEX', '2026-11-26T18:00:00Z', false, 'Thanksgiving from noon'],
    ['CME_GLOBEX', '2026-11-26T23:00:00Z', true, 'Thanksgiving evening: Friday’s session'],
    ['CME_GLOBEX', '2026-06-19T17:00:00Z', false, 'Juneteenth from noon in Chicago'],
    ['FX', '2026-11-22T22:00:00Z', true, 'Sunday 17:00 in New York'],
    ['FX', '2026-11-20T22:00:00Z', false, 'Friday 17:00 in New York'],
    ['FX', '2026-12-25T12:00:00Z', false, 'Christmas'],
    ['ALWAYS', '2026-12-25T12:00:00Z', true, 'Christmas, crypto'],
  ])('%s at %s: %s (%s)', (calendar, instant, expected) => {
    expect(isOpen(calendar, at(instant))).toBe(expected);
  });
});

describe('daylight saving', () => {
  it.each<[CalendarName, string, string, string]>([
    ['XNYS', '2026-03-06', '2026-03-06T14:30:00.000Z', '2026-03-06T21:00:00.000Z'],
    ['XNYS', '2026-03-09', '2026-03-09T13:30:00.000Z', '2026-03-09T20:00:00.000Z'],
    ['CME_GLOBEX', '2026-03-06', '2026-03-05T23:00:00.000Z', '2026-03-06T22:00:00.000Z'],
    // Opens on the Sunday whose night lost an hour.
    ['CME_GLOBEX', '2026-03-09', '2026-03-08T22:00:00.000Z', '2026-03-09T21:00:00.000Z'],
    ['CME_GLOBEX', '2026-11-02', '2026-11-01T23:00:00.000Z', '2026-11-02T22:00:00.000Z'],
    ['FX', '2026-11-02', '2026-11-01T22:00:00.000Z', '2026-11-02T22:00:00.000Z'],
    ['ALWAYS', '2026-03-08', '2026-03-08T00:00:00.000Z', '2026-03-09T00:00:00.000Z'],
  ])('moves the session of %s on %s, as its own clock says', (calendar, day, opensAt, closesAt) => {
    expect(sessionOn(calendar, day)).toEqual({ day, opensAt: at(opensAt), closesAt: at(closesAt) });
  });
});

describe('the next open and close', () => {
  it.each<[CalendarName, string, string, string]>([
    ['XNYS', '2026-11-20T15:00:00Z', '2026-11-23T14:30:00.000Z', '2026-11-20T21:00:00.000Z'],
    ['XNYS', '2026-11-25T22:00:00Z', '2026-11-27T14:30:00.000Z', '2026-11-27T18:00:00.000Z'],
    ['XNYS', '2026-12-31T22:00:00Z', '2027-01-04T14:30:00.000Z', '2027-01-04T21:00:00.000Z'],
    ['CME_GLOBEX', '2026-12-31T22:30:00Z', '2027-01-03T23:00:00.000Z', '2027-01-04T22:00:00.000Z'],
    ['CME_GLOBEX', '2026-11-20T22:00:00Z', '2026-11-22T23:00:00.000Z', '2026-11-23T22:00:00.000Z'],
    ['ALWAYS', '2026-11-20T15:00:00Z', '2026-11-21T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
  ])('of %s after %s', (calendar, instant, open, close) => {
    expect([nextOpen(calendar, at(instant)), nextClose(calendar, at(instant))]).toEqual([at(open), at(close)]);
  });

  it('and the last session that is over, across holidays and the turn of the year', () => {
    const last = (instant: string) => lastSession('XNYS', at(instant))?.day;
    expect([
      last('2026-11-20T20:59:59Z'),
      last('2026-11-20T21:00:00Z'),
      last('2026-11-26T18:00:00Z'),
      last('2027-01-02T12:00:00Z'),
    ]).toEqual(['2026-11-19', '2026-11-20', '2026-11-25', '2026-12-31']);
  });

  it('finds a session across the turn of the year', () => {
    expect(sessionAt('CME_GLOBEX', at('2025-01-01T23:30:00Z'))?.day).toBe('2025-01-02');
    expect(sessionAt('CME_GLOBEX', at('2029-12-31T21:59:59Z'))?.day).toBe('2029-12-31');
  });
});

describe('the trading day', () => {
  it.each<[CalendarName, string, string, string]>([
    ['XNYS', '2026-11-20T23:30:00Z', '2026-11-20', 'after the close, before midnight in New York'],
    ['XNYS', '2026-11-21T16:00:00Z', '2026-11-23', 'a Saturday'],
    ['XNYS', '2026-11-26T16:00:00Z', '2026-11-27', 'a holiday'],
    ['CME_GLOBEX', '2026-11-23T22:30:00Z', '2026-11-23', 'in the daily break'],
    ['CME_GLOBEX', '2026-11-23T23:00:00Z', '2026-11-24', 'from 17:00 in Chicago'],
    ['CME_GLOBEX', '2026-11-20T23:00:00Z', '2026-11-23', 'Friday evening'],
    ['FX', '2026-07-01T20:59:59Z', '2026-07-01', 'before 17:00 in New York'],
    ['FX', '2026-07-01T21:00:00Z', '2026-07-02', 'from 17:00 in New York'],
    ['ALWAYS', '2026-11-21T23:59:59Z', '2026-11-21', 'crypto: the date of UTC'],
    ['XNYS', '2090-01-07T15:00:00Z', '2090-01-09', 'a Saturday that the data does not reach'],
  ])('of %s at %s is %s (%s)', (calendar, instant, day) => {
    expect(tradingDayOf(calendar, at(instant))).toBe(day);
  });

  it('of an account rolls at 17:00 in New York, in winter as in summer', () => {
    expect([
      accountDayOf(at('2026-11-19T21:59:59Z')),
      accountDayOf(at('2026-11-19T22:00:00Z')),
      accountDayOf(at('2026-07-01T21:00:00Z')),
      accountDayOf(at('2026-11-21T12:00:00Z')),
    ]).toEqual(['2026-11-19', '2026-11-20', '2026-07-02', '2026-11-23']);
  });
});

describe('beyond the data', () => {
  it('a market counts as closed, and nothing is promised about its next open', () => {
    const instant = at('2090-01-09T15:00:00Z');
    expect(isOpen('XNYS', instant)).toBe(false);
    expect(nextOpen('XNYS', instant)).toBeUndefined();
  });

  it('each calendar says how far its data reaches', () => {
    expect([knownUntil('XNYS'), knownUntil('CME_GLOBEX'), knownUntil('FX'), knownUntil('ALWAYS')]).toEqual([
      '2035-12-31',
      '2035-12-31',
      undefined,
      undefined,
    ]);
  });
});
