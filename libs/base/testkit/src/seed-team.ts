import { createHash, randomBytes } from 'node:crypto';
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
    `insert into keelson.risk_limits (account_id, name, team_id, value)
     values ($1, 'max_notional', $2, $3), ($1, 'max_open_positions', $2, $4)`,
    [accountId, teamId, options.maxNotional ?? UNLIMITED, options.maxOpenPositions ?? '1000'],
  );
  await admin('insert into keelson.exposures (account_id, team_id, maximum) values ($1, $2, $3)', [
    accountId,
    teamId,
    options.maxExposure ?? UNLIMITED,
  ]);
  await admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
               values ('ES', 'E-mini S&P 500', 'future', 'USD', 0.25, 50) on conflict do nothing`);
  await admin(`insert into keelson.instrument_aliases (ticker, symbol)
               values ('ES', 'ES'), ('CME_MINI:ES1!', 'ES') on conflict do nothing`);
  return { teamId, accountId, webhookKeyId, webhookKey, pathId, symbol: 'ES' };
}
