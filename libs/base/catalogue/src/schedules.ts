import type { Duration } from '@keelson/kernel';

/** Work that beat starts by the clock. A tick that is missed is not made up for: each run looks at the state as it is. */
export interface ScheduleSpec {
  readonly name: string;
  readonly purpose: string;
  readonly every: Duration;
}

export const schedules = [
  { name: 'outbox-sweep', purpose: 'wakes workers for outbox rows that no live lease holds', every: '1 second' },
  { name: 'stuck-order-check', purpose: 'counts orders that are submitted without an answer', every: '2 seconds' },
  { name: 'alert-evaluation', purpose: 'fires and clears alerts', every: '2 seconds' },
  {
    name: 'receipt-retention',
    purpose: 'deletes receipt bodies, dedupe keys and stream events past their time',
    every: '1 hour',
  },
] as const satisfies readonly ScheduleSpec[];

export type ScheduleName = (typeof schedules)[number]['name'];
