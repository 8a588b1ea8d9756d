import { sql, type Tx } from '@keelson/persistence';

/** Class and key of the advisory lock between claims (shared) and changes of the trading state (exclusive). */
const TRADING_STATE_LOCK = [0x4b48, 1] as const;

const LOCK_SHARED = sql('halt.lock_shared', 'select pg_advisory_xact_lock_shared($1, $2)');
const LOCK_EXCLUSIVE = sql('halt.lock_exclusive', 'select pg_advisory_xact_lock($1, $2)');

/** Keeps the trading state as it is until this transaction ends. To be issued before the state is read. */
export function holdTradingState(tx: Tx): void {
  tx.execute(LOCK_SHARED, TRADING_STATE_LOCK);
}

/** Waits until nobody claims, and lets nobody claim until this transaction ends. */
export function lockTradingState(tx: Tx): void {
  tx.execute(LOCK_EXCLUSIVE, TRADING_STATE_LOCK);
}
