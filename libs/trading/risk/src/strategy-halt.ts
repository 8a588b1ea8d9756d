import type { Message } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { scopeKey, type ScopedState } from './trading-state.ts';

const ACTOR = 'risk';

const HALT = sql(
  'risk.halt_strategy',
  `insert into trading_states as t (scope, team_id, state, halt_generation, reason, actor)
   values ($1, $2, 'HALTED', $3::bigint, $4, '${ACTOR}')
   on conflict (scope) do update
      set state = 'HALTED', halt_generation = excluded.halt_generation, reason = excluded.reason, actor = excluded.actor,
          changed_at = clock_timestamp()
    where t.halt_generation < excluded.halt_generation`,
);

/**
 * Halts a strategy within the transaction that found the reason, without the exclusive lock of setTradingState, which a
 * transaction that holds the shared one must not wait for. It binds what is read after the commit; a claim that read
 * just before may still leave, as it might have a moment earlier.
 */
export function haltStrategy(
  tx: Tx,
  teamId: Id,
  strategy: string,
  states: readonly ScopedState[],
  reason: string,
): Message<'trading_state.changed'> {
  const scope = scopeKey({ kind: 'strategy', teamId, strategy });
  const before = states.find((state) => state.scope === scope);
  const haltGeneration = Number(before?.generation ?? 0) + 1;
  tx.execute(HALT, [scope, teamId, haltGeneration, reason]);
  const key = `${scope}/${haltGeneration}`;
  return {
    id: deriveId('trading_state.changed', teamId, key),
    type: 'trading_state.changed',
    teamId,
    key,
    payload: { scope, from: before?.state ?? 'ACTIVE', to: 'HALTED', reason, actor: ACTOR, haltGeneration },
  };
}
