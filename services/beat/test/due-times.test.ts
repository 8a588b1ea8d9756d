import { describe, expect, it } from '@jest/globals';
import { schedules, type ScheduleTimes } from '@keelson/catalogue';
import { missedTime, nextTime } from '../src/due-times.ts';
import { Timetable } from '../src/timetable.ts';

const at = (text: string) => new Date(text);
const timesOf = (wanted: string): ScheduleTimes => {
  const found = schedules.find(({ name }) => name === wanted);
  if (!found || !('times' in found)) throw new Error(`${wanted} has no times`);
  return found.times;
};

describe('the next time', () => {
  it.each([
    ['pre-market-check', '2026-11-20T13:29:59Z', '2026-11-20T13:30:00.000Z', 'the same morning'],
    ['pre-market-check', '2026-11-20T13:30:00Z', '2026-11-23T13:30:00.000Z', 'over a weekend'],
    ['pre-market-check', '2026-11-25T14:00:00Z', '2026-11-27T13:30:00.000Z', 'over Thanksgiving'],
    ['pre-market-check', '2026-03-06T14:00:00Z', '2026-03-09T12:30:00.000Z', 'into daylight saving'],
    ['pre-market-check', '2026-10-30T13:00:00Z', '2026-11-02T13:30:00.000Z', 'out of daylight saving'],
    ['pre-market-check', '2026-12-31T14:00:00Z', '2027-01-04T13:30:00.000Z', 'over the turn of the year'],
    ['end-of-day', '2026-11-20T21:04:59Z', '2026-11-20T21:05:00.000Z', 'after a whole day'],
    ['end-of-day', '2026-11-27T15:00:00Z', '2026-11-27T18:05:00.000Z', 'after a half day'],
    ['end-of-day', '2026-07-02T21:00:00Z', '2026-07-06T20:05:00.000Z', 'over Independence Day, observed on a Friday'],
    ['daily-close', '2026-11-20T22:00:00Z', '2026-11-20T22:15:00.000Z', 'a quarter past five in New York'],
    [
      'daily-close',
      '2026-11-26T12:00:00Z',
      '2026-11-26T22:15:00.000Z',
      'on Thanksgiving: accounts have a day of their own',
    ],
    ['daily-close', '2026-12-24T23:00:00Z', '2026-12-28T22:15:00.000Z', 'over Christmas and a weekend'],
    ['weekend-maintenance', '2026-11-20T12:00:00Z', '2026-11-21T15:00:00.000Z', 'on Saturday'],
    [
      'weekend-maintenance',
      '2026-03-07T16:00:00Z',
      '2026-03-14T14:00:00.000Z',
      'on the Saturday after the clocks change',
    ],
  ])('of %s after %s is %s (%s)', (name, after, expected) => {
    expect(nextTime(timesOf(name), at(after))).toEqual(at(expected));
  });

  it('is none where the calendar’s data ends', () => {
    expect(nextTime(timesOf('pre-market-check'), at('2040-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('comes once on each trading day of a year', () => {
    const days = new Set<string>();
    let time = at('2026-01-01T00:00:00Z');
    for (let next = nextTime(timesOf('pre-market-check'), time); next && next < at('2027-01-01T00:00:00Z');) {
      days.add(next.toLocaleString('sv-SE', { timeZone: 'America/New_York' }));
      time = next;
      next = nextTime(timesOf('pre-market-check'), time);
    }
    expect(days.size).toBe(251);
    expect([...days].filter((text) => !text.endsWith(' 08:30:00'))).toEqual([]);
  });
});

describe('a missed time', () => {
  it('is served late, but not later than is useful, and only the last of several', () => {
    const times = timesOf('pre-market-check');
    const thursday = at('2026-11-19T13:30:00Z');
    expect(missedTime(times, thursday, at('2026-11-20T13:29:00Z'))).toBeUndefined();
    expect(missedTime(times, thursday, at('2026-11-20T19:00:00Z'))).toEqual(at('2026-11-20T13:30:00Z'));
    expect(missedTime(times, thursday, at('2026-11-20T20:30:01Z'))).toBeUndefined();
    expect(missedTime(times, thursday, at('2026-11-24T14:00:00Z'))).toEqual(at('2026-11-24T13:30:00Z'));
  });
});

describe('a timetable', () => {
  const work = {
    schedule: { name: 'check', purpose: 'of this test', times: timesOf('pre-market-check') },
    run: () => Promise.resolve(),
  };
  const idle = new Set<string>();

  /** A timetable whose clock the test sets. */
  function timetable(now: string) {
    const clock = { time: at(now), now: () => clock.time };
    const table = new Timetable([work], clock);
    const dueAt = (text: string) => {
      clock.time = at(text);
      return table.take(idle).map(({ time }) => time?.toISOString());
    };
    return { table, dueAt };
  }

  it('gives each time once', () => {
    const { table, dueAt } = timetable('2026-11-20T12:00:00Z');
    table.begin(new Map());
    expect(dueAt('2026-11-20T13:29:59Z')).toEqual([]);
    expect(dueAt('2026-11-20T13:30:00Z')).toEqual(['2026-11-20T13:30:00.000Z']);
    expect(dueAt('2026-11-20T13:30:01Z')).toEqual([]);
    expect(dueAt('2026-11-23T13:30:00Z')).toEqual(['2026-11-23T13:30:00.000Z']);
  });

  it('begins where the holder before it ended', () => {
    const { table, dueAt } = timetable('2026-11-20T14:00:00Z');
    table.begin(new Map([['check', at('2026-11-20T13:30:00Z')]]));
    expect(dueAt('2026-11-20T14:00:00Z')).toEqual([]);
    table.begin(new Map([['check', at('2026-11-19T13:30:00Z')]]));
    expect(dueAt('2026-11-20T14:00:00Z')).toEqual(['2026-11-20T13:30:00.000Z']);
  });

  it('gives a time again a minute after its work failed, until it is too late for it', () => {
    const { table, dueAt } = timetable('2026-11-20T12:00:00Z');
    table.begin(new Map());
    expect(dueAt('2026-11-20T13:30:00Z')).toHaveLength(1);
    table.failed({ work, time: at('2026-11-20T13:30:00Z') });
    expect(dueAt('2026-11-20T13:30:59Z')).toEqual([]);
    expect(dueAt('2026-11-20T13:31:00Z')).toEqual(['2026-11-20T13:30:00.000Z']);
    table.failed({ work, time: at('2026-11-20T13:30:00Z') });
    expect(dueAt('2026-11-20T20:30:01Z')).toEqual([]);
    expect(dueAt('2026-11-23T13:30:00Z')).toEqual(['2026-11-23T13:30:00.000Z']);
  });

  it('gives nothing that is busy, and after a long sleep only the last time', () => {
    const { table, dueAt } = timetable('2026-11-16T12:00:00Z');
    table.begin(new Map());
    expect(table.take(new Set(['check']))).toEqual([]);
    expect(dueAt('2026-11-20T14:00:00Z')).toEqual(['2026-11-20T13:30:00.000Z']);
    expect(dueAt('2026-11-20T14:00:01Z')).toEqual([]);
  });
});
