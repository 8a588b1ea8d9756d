import { tradingState, type TradingState } from '@keelson/contracts';
import { type Database, sql } from '@keelson/persistence';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { everyTeam, findInTeams } from './teams.ts';

/** A change as `halt` and `resume` print it. */
export const stateChange = z.object({
  scope: z.string(),
  from: tradingState,
  to: tradingState,
  reason: z.string(),
  actor: z.string(),
  halt_generation: z.int(),
});
type StateChange = z.infer<typeof stateChange>;

export interface WantedState {
  readonly to: TradingState;
  readonly reason: string;
  readonly accountId: string | undefined;
}

const FIND_ACCOUNT = sql('ops.find_account', 'select account_id from keelson.accounts where account_id = $1');
const READ_STATE = sql('ops.read_state', 'select state from keelson.trading_states where scope = $1');

async function teamOf(db: Database, accountId: string): Promise<string> {
  const owner = await findInTeams(
    db,
    async (teamId) => (await db.transaction(teamId, (tx) => tx.query(FIND_ACCOUNT, [accountId])))[0],
  );
  if (owner) return owner.teamId;
  throw new Failure(`No team has an account ${accountId}`, {
    code: exitCode.usage,
    fix: 'check the id; leave --account away for the platform',
  });
}

/** Changes the trading state with nothing but Postgres: no service has to run, nothing has to be built. */
export function changeTradingState(context: Context, wanted: WantedState): Promise<StateChange> {
  return withDatabase(context, async (db) => {
    const [{ setTradingState }, { announce }] = await Promise.all([import('@keelson/risk'), import('@keelson/stream')]);
    const { accountId, reason, to } = wanted;
    const scope = accountId
      ? { kind: 'account' as const, teamId: await teamOf(db, accountId), accountId }
      : { kind: 'platform' as const };
    const changed = await setTradingState(db, { scope, to, reason, actor: context.actor }, announce);
    return {
      scope: accountId ? `account:${accountId}` : 'platform',
      from: changed.from,
      to: changed.to,
      reason: changed.reason,
      actor: changed.actor,
      halt_generation: changed.haltGeneration,
    };
  });
}

/** Reads the state back in a transaction of its own. */
export function verifyTradingState(context: Context, change: StateChange): Promise<void> {
  return withDatabase(context, async (db) => {
    const account = accountIn(change);
    const [team] = account === undefined ? await everyTeam(db) : [await teamOf(db, account)];
    const [row] = await db.transaction(team!, (tx) => tx.query<{ state: string }>(READ_STATE, [change.scope]));
    if (row?.state === change.to) return;
    throw new Failure(`${change.scope} reads ${row?.state ?? 'nothing'} after it was set to ${change.to}`, {
      code: exitCode.resource,
      fix: 'somebody else changed it at the same time: look at keelson tail system, then run the command again',
    });
  });
}

/** Records the change in the audit log of every team that it binds. */
export async function recordChange(context: Context, action: string, change: StateChange): Promise<void> {
  const { scope: subject, reason, ...details } = change;
  const account = accountIn(change);
  const teamId = account === undefined ? undefined : await withDatabase(context, (db) => teamOf(db, account));
  await recordOperation(context, { action, subject, reason, details, teamId });
}

function accountIn({ scope }: StateChange): string | undefined {
  return scope.startsWith('account:') ? scope.slice('account:'.length) : undefined;
}
