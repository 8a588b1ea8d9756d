import type { ScheduleTimes } from '@keelson/catalogue';
import { milliseconds } from '@keelson/kernel';
import { sessionOn } from '@keelson/market';
import { Temporal } from 'temporal-polyfill';

const WEEKDAYS = { Saturday: 6, Sunday: 7 } as const;
/** Longer than any market is ever closed; beyond it the calendar's data has ended. */
const DAYS_AHEAD = 40;

/** The first time of a schedule after an instant; undefined where the calendar's data ends. Pure. */
export function nextTime(times: ScheduleTimes, after: Date): Date | undefined {
  const zoned = Temporal.Instant.fromEpochMilliseconds(after.getTime()).toZonedDateTimeISO(times.timeZone);
  // A session may lie on the day after the evening on which it opens, and end on the one before a time after its close.
  const first = zoned.toPlainDate().subtract({ days: 2 });
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1) {
    const time = timeOn(times, first.add({ days: ahead }));
    if (time && time > after) return time;
  }
  return undefined;
}

/** The time of a schedule on a day, if that is one of its days. */
function timeOn({ days, at, timeZone }: ScheduleTimes, day: Temporal.PlainDate): Date | undefined {
  const session = 'sessionsOf' in days ? sessionOn(days.sessionsOf, day.toString()) : undefined;
  if ('sessionsOf' in days ? !session : day.dayOfWeek !== WEEKDAYS[days.weekday]) return undefined;
  if (typeof at === 'string') {
    const zoned = day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(at) });
    return new Date(zoned.epochMilliseconds);
  }
  return session && new Date(session.closesAt.getTime() + milliseconds(at.afterClose));
}

/** The last time since another that has come, if it is not too late to serve it. Pure. */
export function missedTime(times: ScheduleTimes, since: Date, now: Date): Date | undefined {
  let missed: Date | undefined;
  for (let next = nextTime(times, since); next && next <= now; next = nextTime(times, next)) missed = next;
  return missed && isInTime(times, missed, now) ? missed : undefined;
}

/** True while a time may still be served. */
export function isInTime({ within }: ScheduleTimes, time: Date, now: Date): boolean {
  return now.getTime() - time.getTime() <= milliseconds(within);
}
