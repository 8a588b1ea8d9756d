import { type TestDatabase, until } from '@keelson/testkit';

/** A start of a schedule, in the order in which they were committed. */
export interface LoggedRun {
  readonly name: string;
  readonly fence: number;
  /** Milliseconds since 1970 by Postgres' clock. */
  readonly at: number;
}

/** Makes Postgres itself note every start of a schedule: what ran is then known by no process that is under test. */
export async function logRuns(database: TestDatabase): Promise<void> {
  await database.admin(`
    create table public.run_log (id bigserial primary key, name text, fence bigint, at timestamptz default clock_timestamp());
    create function public.log_run() returns trigger language plpgsql security definer as $$
      begin
        if new.last_started_at is distinct from old.last_started_at then
          insert into public.run_log (name, fence) values (new.name, new.fence);
        end if;
        return new;
      end $$;
    create trigger log_run after insert or update on keelson.schedule_runs for each row execute function public.log_run();
  `);
}

export async function loggedRuns(database: TestDatabase): Promise<readonly LoggedRun[]> {
  const rows = await database.admin<{ name: string; fence: string; at: Date }>(
    'select name, fence, at from public.run_log order by id',
  );
  return rows.map(({ name, fence, at }) => ({ name, fence: Number(fence), at: at.getTime() }));
}

/** Waits until runs are as wanted, and returns them; fails with what there was. */
export async function untilRuns(
  database: TestDatabase,
  wanted: (runs: readonly LoggedRun[]) => boolean,
): Promise<readonly LoggedRun[]> {
  return until(() => loggedRuns(database), wanted);
}

/** True when no run of an older lease came after one of a newer: then there was one active scheduler at any time. */
export function oneAfterTheOther(runs: readonly LoggedRun[]): boolean {
  return runs.every(({ fence }, index) => index === 0 || fence >= runs[index - 1]!.fence);
}
