import { sql, type Tx } from '@keelson/persistence';

const SHOW = sql(
  'progress.show',
  `with gone as (delete from worker_progress where at < clock_timestamp() - interval '1 day' and owner <> $1)
   insert into worker_progress (owner, at) values ($1, clock_timestamp())
   on conflict (owner) do update set at = excluded.at`,
);

/** Says that this worker has just looked for due work. */
export function showProgress(tx: Tx, owner: number): void {
  tx.execute(SHOW, [owner]);
}

const SINCE = sql(
  'progress.since',
  'select extract(epoch from clock_timestamp() - max(at))::float8 * 1000 as milliseconds from worker_progress',
);

/**
 * Milliseconds since any worker made progress; Infinity when none ever did. By Postgres' clock on both ends: a worker
 * that is frozen, starved or cut off looks like one that is dead, whatever its session says.
 */
export async function sinceProgress(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ milliseconds: number | null }>(SINCE);
  return row!.milliseconds ?? Infinity;
}
