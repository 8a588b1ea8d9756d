import type { Message, TradingState, TradingStateChanged } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { lockTradingState } from '@keelson/messaging';
import { sql, type Database, type Tx } from '@keelson/persistence';
import { endStreak, readStates, writeState } from './trading-state.store.ts';
import { type Scope, scopeKey } from './trading-state.ts';

export { type Scope, scopeKey };

export interface StateChange {
  readonly scope: Scope;
  readonly to: TradingState;
  /** Why, in a sentence: it is audited, streamed and shown. */
  readonly reason: string;
  readonly actor: string;
}

/** How a change of trading state reaches the screens of a team; written in the transaction that changes it. */
export type Announce = (tx: Tx, message: Message<'trading_state.changed'>) => void;

const EVERY_TEAM = sql('risk.every_team', 'select every_team() as team_id');

/**
 * Changes the trading state, and works with nothing but Postgres: no queue, no service, no build. The exclusive lock
 * waits for claims that are being written; every claim after it reads the new state.
 */
export async function setTradingState(
  database: Database,
  change: StateChange,
  announce: Announce,
): Promise<TradingStateChanged> {
  const teams = change.scope.kind === 'platform' ? await everyTeam(database) : [change.scope.teamId];
  const [first, ...rest] = teams;
  if (first === undefined) throw new Error('There is no team yet: run the seed first');
  const changed = await database.transaction(first, async (tx) => {
    const payload = await changeTradingState(tx, change);
    announce(tx, stateMessage(first, payload));
    return payload;
  });
  // The change binds everybody from here on; the other teams' screens follow.
  for (const teamId of rest) {
    await database.transaction(teamId, async (tx) => announce(tx, stateMessage(teamId, changed)));
  }
  return changed;
}

/** The change alone, for a transaction that has more to write: it binds when that commits. Telling teams is up to the caller. */
export async function changeTradingState(
  tx: Tx,
  change: StateChange,
): Promise<TradingStateChanged & { scope: string }> {
  lockTradingState(tx);
  const scope = scopeKey(change.scope);
  const [current] = await readStates(tx, [scope]);
  const haltGeneration = await writeState(tx, {
    scope,
    teamId: change.scope.kind === 'platform' ? null : change.scope.teamId,
    to: change.to,
    reason: change.reason,
    actor: change.actor,
  });
  // Whoever lets a strategy trade again has looked at its losses: they count from zero.
  if (change.scope.kind === 'strategy' && change.to === 'ACTIVE') endStreak(tx, change.scope.strategy);
  const from = current?.state ?? 'HALTED';
  return { scope, from, to: change.to, reason: change.reason, actor: change.actor, haltGeneration };
}

async function everyTeam(database: Database): Promise<readonly Id[]> {
  const rows = await database.platform((tx) => tx.query<{ team_id: Id }>(EVERY_TEAM));
  return rows.map((row) => row.team_id);
}

/** How a team is told of a change. Its id follows from team, scope and generation: telling twice is telling once. */
export function stateMessage(
  teamId: Id,
  payload: TradingStateChanged & { scope: string },
): Message<'trading_state.changed'> {
  const key = `${payload.scope}/${payload.haltGeneration}`;
  return { id: deriveId('trading_state.changed', teamId, key), type: 'trading_state.changed', teamId, key, payload };
}
