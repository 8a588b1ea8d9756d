import { PerTransaction, sql, type Tx } from '@keelson/persistence';

/** Class and key of the advisory lock between claims (shared) and changes of the trading state (exclusive). */
const TRADING_STATE_LOCK = [0x4b48, 1] as const;

const LOCK_SHARED = sql('halt.lock_shared', 'select pg_advisory_xact_lock_shared($1, $2)');
const LOCK_EXCLUSIVE = sql('halt.lock_exclusive', 'select pg_advisory_xact_lock($1, $2)');

const held = new PerTransaction<true>();

/** Keeps the trading state as it is until this transaction ends. To be issued before the state is read. */
export function holdTradingState(tx: Tx): void {
  held.get(tx, '', () => {
    tx.execute(LOCK_SHARED, TRADING_STATE_LOCK);
    return true;
  });
}

/** Waits until nobody claims, and lets nobody claim until this transaction ends. */
export function lockTradingState(tx: Tx): void {
  tx.execute(LOCK_EXCLUSIVE, TRADING_STATE_LOCK);
}

const FREE = sql(
  'halt.free_lock',
  `select count(pg_terminate_backend(l.pid))::int as ended
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.mode = 'ShareLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and a.xact_start < clock_timestamp() - $3 * interval '1 millisecond'`,
);

/**
 * Ends the sessions that have held the trading state for longer than any claim takes: those of a process that is frozen
 * in the middle of one. What they had not committed is undone, so nothing of it was or will be sent. Returns how many.
 */
export async function endLongHolds(tx: Tx, longerThanMs: number): Promise<number> {
  const [row] = await tx.query<{ ended: number }>(FREE, [...TRADING_STATE_LOCK, longerThanMs]);
  return row!.ended;
}
