import { createHash, randomBytes } from 'node:crypto';
import { type LimitName, limits } from '@keelson/contracts';
import { type Id, newId } from '@keelson/kernel';
import type { TestDatabase } from './test-database.ts';

/** A team with one paper account that may do anything, one webhook key without rate limit, and one instrument. */
export interface SeededTeam {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly webhookKeyId: Id;
  readonly webhookKey: string;
  readonly pathId: string;
  readonly symbol: string;
}

export interface TeamOptions {
  readonly broker?: string;
  readonly maySellShort?: boolean;
  readonly maxNotional?: string;
  readonly maxOpenPositions?: string;
  readonly maxExposure?: string;
  readonly rateLimitPerMinute?: number;
  /** Limits of the account by name; null is unlimited, like every limit that is not named here or above. */
  readonly limits?: Partial<Readonly<Record<LimitName, string | null>>>;
  /** False for an account that nobody has compared with its venue yet: it does not trade. */
  readonly reconciled?: boolean;
}

const UNLIMITED = '1000000000000000';

/** Adds a team. The instrument ES (multiplier 50, with the alias CME_MINI:ES1!) is added when it is not there. */
export async function seedTeam(database: Pick<TestDatabase, 'admin'>, options: TeamOptions = {}): Promise<SeededTeam> {
  const webhookKey = `kw_${randomBytes(32).toString('base64url')}`;
  const [teamId, accountId, webhookKeyId] = [newId(), newId(), newId()];
  const pathId = randomBytes(12).toString('base64url');
  const { admin } = database;
  const { broker = 'paper', maySellShort = true, rateLimitPerMinute = null } = options;
  await admin(`insert into keelson.teams (team_id, name) values ($1, 'Test')`, [teamId]);
  await admin(
    `insert into keelson.accounts (account_id, team_id, name, broker, mode, currency, may_sell_short)
     values ($1, $2, 'Test', $3, 'paper', 'USD', $4)`,
    [accountId, teamId, broker, maySellShort],
  );
  await admin(
    `insert into keelson.webhook_keys (webhook_key_id, team_id, account_id, path_id, key_sha256, strategy, rate_limit_per_minute)
     values ($1, $2, $3, $4, $5, 'test', $6)`,
    [webhookKeyId, teamId, accountId, pathId, createHash('sha256').update(webhookKey).digest(), rateLimitPerMinute],
  );
  await admin(
    `insert into keelson.risk_limits (account_id, team_id, name, value, reason, actor)
     select $1, $2, name, value, 'a test', 'test' from unnest($3::text[], $4::numeric[]) as l (name, value)`,
    [accountId, teamId, limits.map(({ name }) => name), limits.map(({ name }) => limitOf(name, options))],
  );
  if (options.reconciled ?? true) {
    await admin(
      `update keelson.reconciliations set state = 'clean', vouched_until = 'infinity' where account_id = $1`,
      [accountId],
    );
  }
  await admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
               values ('ES', 'E-mini S&P 500', 'future', 'USD', 0.25, 50) on conflict do nothing`);
  await admin(`insert into keelson.instrument_aliases (ticker, symbol)
               values ('ES', 'ES'), ('CME_MINI:ES1!', 'ES') on conflict do nothing`);
  return { teamId, accountId, webhookKeyId, webhookKey, pathId, symbol: 'ES' };
}

/** A row for each limit, as a missing one denies. */
function limitOf(name: LimitName, options: TeamOptions): string | null {
  const { maxNotional = UNLIMITED, maxOpenPositions = '1000', maxExposure = UNLIMITED } = options;
  const named: Partial<Record<LimitName, string>> = {
    max_notional: maxNotional,
    max_open_positions: maxOpenPositions,
    max_exposure: maxExposure,
  };
  return options.limits?.[name] ?? named[name] ?? null;
}
