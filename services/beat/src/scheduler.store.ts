import { sql, type Tx } from '@keelson/persistence';

const START = sql(
  'scheduler.start',
  `insert into schedule_runs as r (name, last_started_at, runs, fence) values ($1, clock_timestamp(), 1, $2)
   on conflict (name) do update
      set last_started_at = excluded.last_started_at, runs = r.runs + 1, fence = excluded.fence
    where r.fence <= excluded.fence and ($3::timestamptz is null or r.due_at is null or r.due_at < $3)
   returning fence`,
);
const FINISH = sql(
  'scheduler.finish',
  `update schedule_runs
      set last_finished_at = clock_timestamp(), last_error = $3,
          due_at = case when $3::text is null then coalesce($4, due_at) else due_at end
    where name = $1 and fence = $2`,
);
const SERVED = sql('scheduler.served', 'select name, due_at from schedule_runs where due_at is not null');

/** Notes a start; false when a holder of a newer lease was here already, or when this time is served. */
export async function startRun(tx: Tx, name: string, fence: string, time?: Date): Promise<boolean> {
  return (await tx.query(START, [name, fence, time])).length === 1;
}

/** Notes an end. A time counts as served only when its work did not fail. */
export async function finishRun(tx: Tx, name: string, fence: string, failure: unknown, time?: Date): Promise<void> {
  const message = failure instanceof Error ? failure.message : String(failure);
  await tx.query(FINISH, [name, fence, failure === undefined ? null : message.slice(0, 500), time]);
}

/** The last time that was served of each schedule that has times. */
export async function servedTimes(tx: Tx): Promise<ReadonlyMap<string, Date>> {
  const rows = await tx.query<{ name: string; due_at: Date }>(SERVED);
  return new Map(rows.map((row) => [row.name, row.due_at]));
}
