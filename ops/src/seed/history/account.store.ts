import { limits, type LimitName } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

/** Of the history's account; the others are unlimited, as the checks that look at the time of day mean today. */
const LIMITS: Partial<Record<LimitName, string>> = {
  max_notional: '100000',
  max_open_positions: '6',
  max_exposure: '400000',
};

const INSERT_ACCOUNT = sql(
  'seed.insert_account',
  `insert into keelson.accounts (account_id, team_id, name, broker, mode, currency, may_sell_short)
   values ($1, $2, 'Demo history', 'simulated', 'paper', 'USD', true) on conflict (account_id) do nothing`,
);
const INSERT_LIMITS = sql(
  'seed.insert_limits',
  `insert into keelson.risk_limits (account_id, team_id, name, value, reason, actor)
   select $1, $2, name, value, 'history of the demo', 'seed' from unnest($3::text[], $4::numeric[]) as l (name, value)
       on conflict (account_id, scope, name) do nothing`,
);
const EXEMPT = sql('seed.exempt_account', 'update keelson.reconciliations set exempt = true where account_id = $1');
const HAS_HISTORY = sql(
  'seed.has_history',
  'select exists (select from keelson.signals where account_id = $1) as known',
);

export function historyAccountOf(teamId: Id): Id {
  return deriveId('seed.account', 'history', teamId);
}

/** An account whose venue lives in the seeding process: nobody can compare it with its venue, or trade on it, later. */
export function writeHistoryAccount(tx: Tx, teamId: Id): void {
  const accountId = historyAccountOf(teamId);
  tx.execute(INSERT_ACCOUNT, [accountId, teamId]);
  const names = limits.map(({ name }) => name);
  tx.execute(INSERT_LIMITS, [accountId, teamId, names, names.map((name) => LIMITS[name] ?? null)]);
  tx.execute(EXEMPT, [accountId]);
}

/** True once anything was traded on it. */
export async function hasHistory(tx: Tx, accountId: Id): Promise<boolean> {
  const [row] = await tx.query<{ known: boolean }>(HAS_HISTORY, [accountId]);
  return row!.known;
}
