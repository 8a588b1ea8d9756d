import type { Message, TradingState, TradingStateChanged } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { lockTradingState } from '@keelson/messaging';
import { sql, type Database } from '@keelson/persistence';
import { readStates, writeState } from './risk.store.ts';

/** The whole platform, or one account of one team. */
export type Scope =
  { readonly kind: 'platform' } | { readonly kind: 'account'; readonly teamId: Id; readonly accountId: Id };

export interface StateChange {
  readonly scope: Scope;
  readonly to: TradingState;
  /** Why, in a sentence: it is audited, streamed and shown. */
  readonly reason: string;
  readonly actor: string;
}

/** How a change of trading state reaches the screens of a team; written in the transaction that changes it. */
export type Announce = (
  tx: Parameters<Parameters<Database['transaction']>[1]>[0],
  message: Message<'trading_state.changed'>,
) => void;

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
  const teams = change.scope.kind === 'account' ? [change.scope.teamId] : await everyTeam(database);
  const [first, ...rest] = teams;
  if (first === undefined) throw new Error('There is no team yet: run the seed first');
  const changed = await database.transaction(first, async (tx) => {
    lockTradingState(tx);
    const scope = change.scope.kind === 'platform' ? 'platform' : `account:${change.scope.accountId}`;
    const [current] = await readStates(tx, [scope]);
    const haltGeneration = await writeState(tx, {
      scope,
      teamId: change.scope.kind === 'platform' ? null : change.scope.teamId,
      to: change.to,
      reason: change.reason,
      actor: change.actor,
    });
    const payload: TradingStateChanged = {
      from: current?.state ?? 'HALTED',
      to: change.to,
      reason: change.reason,
      actor: change.actor,
      haltGeneration,
    };
    announce(tx, messageFor(first, scope, payload));
    return { payload, scope };
  });
  // The change binds everybody from here on; the other teams' screens follow.
  for (const teamId of rest) {
    await database.transaction(teamId, async (tx) => announce(tx, messageFor(teamId, changed.scope, changed.payload)));
  }
  return changed.payload;
}

async function everyTeam(database: Database): Promise<readonly Id[]> {
  const rows = await database.platform((tx) => tx.query<{ team_id: Id }>(EVERY_TEAM));
  return rows.map((row) => row.team_id);
}

function messageFor(teamId: Id, scope: string, payload: TradingStateChanged): Message<'trading_state.changed'> {
  const key = `${scope}/${payload.haltGeneration}`;
  return { id: deriveId('trading_state.changed', teamId, key), type: 'trading_state.changed', teamId, key, payload };
}
