import { type ScheduleName, schedules, type ScheduleSpec } from '@keelson/catalogue';

/** A schedule of the catalogue and what it does here. */
export interface ScheduledWork {
  readonly schedule: ScheduleSpec;
  run(): Promise<void>;
}

/** Gives every schedule of the catalogue its work; leaving one out does not compile. */
export function scheduled(work: Readonly<Record<ScheduleName, () => Promise<void>>>): readonly ScheduledWork[] {
  return schedules.map((schedule) => ({ schedule, run: work[schedule.name] }));
}
