import type { TradingState } from '@keelson/contracts';
import { sql } from '@keelson/persistence';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { readScope } from './scope.ts';
import { everyTeam } from './teams.ts';

/** A change of a scope's state. */
interface StateChange {
  readonly scope: string;
  readonly from: TradingState;
  readonly to: TradingState;
  readonly reason: string;
  readonly actor: string;
  readonly halt_generation: number;
}

export interface WantedState {
  readonly to: TradingState;
  readonly reason: string;
  /** As typed; see readScope. */
  readonly scope: string;
}

const READ_STATE = sql('ops.read_state', 'select state from keelson.trading_states where scope = $1');

/** Changes the trading state with nothing but Postgres: no service has to run, nothing has to be built. */
export function changeTradingState(context: Context, wanted: WantedState): Promise<StateChange> {
  return withDatabase(context, async (db) => {
    const [{ scopeKey, setTradingState }, { announce }] = await Promise.all([
      import('@keelson/risk/trading-state'),
      import('@keelson/stream/publish'),
    ]);
    const { reason, to } = wanted;
    const scope = await readScope(db, wanted.scope);
    const changed = await setTradingState(db, { scope, to, reason, actor: context.actor }, announce);
    return {
      scope: scopeKey(scope),
      from: changed.from,
      to: changed.to,
      reason: changed.reason,
      actor: changed.actor,
      halt_generation: changed.haltGeneration,
    };
  });
}

/** Reads the state back in a transaction of its own. */
export function verifyTradingState(context: Context, change: Pick<StateChange, 'scope' | 'to'>): Promise<void> {
  return withDatabase(context, async (db) => {
    const scope = await readScope(db, change.scope);
    const team = scope.kind === 'platform' ? (await everyTeam(db))[0] : scope.teamId;
    const [row] = await db.transaction(team!, (tx) => tx.query<{ state: string }>(READ_STATE, [change.scope]));
    if (row?.state === change.to) return;
    throw new Failure(`${change.scope} reads ${row?.state ?? 'nothing'} after it was set to ${change.to}`, {
      code: exitCode.resource,
      fix: 'somebody else changed it at the same time: look at keelson tail system, then run the command again',
    });
  });
}

/** Records a change of trading in the audit log of every team that it binds. */
export async function recordChange(
  context: Context,
  action: string,
  { scope: subject, reason, ...details }: { readonly scope: string; readonly reason: string },
): Promise<void> {
  const scope = await withDatabase(context, (db) => readScope(db, subject));
  const teamId = scope.kind === 'platform' ? undefined : scope.teamId;
  await recordOperation(context, { action, subject, reason, details, teamId });
}
