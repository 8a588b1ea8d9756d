import type { ScheduleTimes } from '@keelson/catalogue';
import { type Clock, type Duration, milliseconds } from '@keelson/kernel';
import { isInTime, missedTime, nextTime } from './due-times.ts';
import type { ScheduledWork } from './scheduled-work.ts';

/** After what pause a time is served again whose work failed. */
const RETRY_AFTER: Duration = '1 minute';

/** Work that is due; `time` says which of its times is served, of a schedule that has times. */
export interface DueWork {
  readonly work: ScheduledWork;
  readonly time: Date | undefined;
}

/**
 * When each schedule is due. Intervals are counted by the process' own monotonic clock; times of day by the injected one,
 * since they belong to the calendar.
 */
export class Timetable {
  readonly #work: readonly ScheduledWork[];
  readonly #clock: Clock;
  readonly #dueTicks = new Map<string, number>();
  readonly #next = new Map<string, Date | undefined>();
  readonly #notBefore = new Map<string, Date>();

  constructor(work: readonly ScheduledWork[], clock: Clock) {
    this.#work = work;
    this.#clock = clock;
  }

  /**
   * Starts from what was served last, by whoever held the lease: a time that was missed is next, unless it is too late.
   * A schedule that nobody ever served begins with its next time.
   */
  begin(served: ReadonlyMap<string, Date>): void {
    const now = this.#clock.now();
    for (const { schedule } of this.#work) {
      const { name, times } = schedule;
      if (times) this.#next.set(name, missedTime(times, served.get(name) ?? now, now) ?? nextTime(times, now));
    }
  }

  /** What is due now and not busy; it is not due again before its next time or tick. */
  take(busy: ReadonlySet<string>): DueWork[] {
    const due: DueWork[] = [];
    for (const work of this.#work) {
      const { name, every, times } = work.schedule;
      if (busy.has(name)) continue;
      if (times) {
        const time = this.#takeTime(name, times);
        if (time) due.push({ work, time });
      } else if (this.#takeTick(name, every)) due.push({ work, time: undefined });
    }
    return due;
  }

  /** The work of a time failed: it is served again after a pause, as long as that is in time. */
  failed({ work, time }: DueWork): void {
    if (!time) return;
    this.#next.set(work.schedule.name, time);
    this.#notBefore.set(work.schedule.name, new Date(this.#clock.now().getTime() + milliseconds(RETRY_AFTER)));
  }

  #takeTick(name: string, every: Duration): boolean {
    const now = performance.now();
    if ((this.#dueTicks.get(name) ?? 0) > now) return false;
    this.#dueTicks.set(name, now + milliseconds(every));
    return true;
  }

  #takeTime(name: string, times: ScheduleTimes): Date | undefined {
    const now = this.#clock.now();
    const time = this.#next.get(name);
    if (!time || time > now || (this.#notBefore.get(name) ?? now) > now) return undefined;
    this.#notBefore.delete(name);
    // A machine that slept for days has only its last time to serve, if that.
    const due = missedTime(times, time, now) ?? (isInTime(times, time, now) ? time : undefined);
    this.#next.set(name, nextTime(times, now));
    return due;
  }
}
