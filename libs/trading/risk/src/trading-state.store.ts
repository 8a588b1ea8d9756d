import type { TradingState } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { ScopedState } from './trading-state.ts';

const READ_STATE = sql(
  'risk.read_state',
  'select scope, state, halt_generation::text as generation from trading_states where scope = any($1)',
);

/** The stored states of some scopes. */
export function readStates(tx: Tx, scopes: readonly string[]): Promise<ScopedState[]> {
  return tx.query<ScopedState>(READ_STATE, [scopes]);
}

const WRITE_STATE = sql(
  'risk.write_state',
  `insert into trading_states as t (scope, team_id, state, halt_generation, reason, actor)
   values ($1, $2, $3, 1, $4, $5)
   on conflict (scope) do update
      set state = excluded.state, halt_generation = t.halt_generation + 1, reason = excluded.reason,
          actor = excluded.actor, changed_at = clock_timestamp()
   returning halt_generation::int as generation`,
);

export async function writeState(
  tx: Tx,
  change: { scope: string; teamId: Id | null; to: TradingState; reason: string; actor: string },
): Promise<number> {
  const { scope, teamId, to, reason, actor } = change;
  const [row] = await tx.query<{ generation: number }>(WRITE_STATE, [scope, teamId, to, reason, actor]);
  return row!.generation;
}

const END_STREAK = sql(
  'risk.end_streak',
  'update strategy_streaks set consecutive_losses = 0, counted_from = clock_timestamp() where team_id = $1 and strategy = $2',
);

/** Forgets the losses in a row of a strategy, on all accounts of the team. */
export function endStreak(tx: Tx, strategy: string): void {
  tx.execute(END_STREAK, [tx.teamId, strategy]);
}
