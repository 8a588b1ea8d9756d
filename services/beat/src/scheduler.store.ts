import { sql, type Tx } from '@keelson/persistence';

const START = sql(
  'scheduler.start',
  `insert into schedule_runs as r (name, last_started_at, runs, fence) values ($1, clock_timestamp(), 1, $2)
   on conflict (name) do update
      set last_started_at = excluded.last_started_at, runs = r.runs + 1, fence = excluded.fence
    where r.fence <= excluded.fence
   returning fence`,
);
const FINISH = sql(
  'scheduler.finish',
  `update schedule_runs set last_finished_at = clock_timestamp(), last_error = $3 where name = $1 and fence = $2`,
);

/** Notes a start; false when a holder of a newer lease was here already. */
export async function startRun(tx: Tx, name: string, fence: string): Promise<boolean> {
  return (await tx.query(START, [name, fence])).length === 1;
}

export async function finishRun(tx: Tx, name: string, fence: string, failure: unknown): Promise<void> {
  await tx.query(FINISH, [name, fence, failure instanceof Error ? failure.message.slice(0, 500) : null]);
}
