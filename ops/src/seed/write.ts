import { createHash } from 'node:crypto';
import { type LimitName, limits } from '@keelson/contracts';
import type pg from 'pg';
import { seedInstruments } from './instruments.ts';
import type { SeedTeam } from './teams.ts';

/** Limits that no load of ours reaches; the others are unlimited. Rows that exist are left alone: someone may have set them on purpose. */
const seedLimits: Partial<Record<LimitName, string>> = {
  max_notional: '100000000000000',
  max_open_positions: '1000000',
  max_exposure: '100000000000000000',
};

/** Instruments belong to no team; new names and aliases are added, changed ones corrected. */
export async function writeInstruments(client: pg.ClientBase): Promise<void> {
  for (const { symbol, name, kind, currency, tickSize, multiplier, lotSize, exchange, contracts } of seedInstruments) {
    await client.query(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, lot_size, exchange)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (symbol) do nothing`,
      [symbol, name, kind, currency, tickSize, multiplier, lotSize, exchange],
    );
    if (!contracts) continue;
    await client.query(
      `insert into keelson.futures_roots (symbol, months, expiry_rule, roll_days) values ($1, $2, $3, $4)
       on conflict (symbol) do nothing`,
      [symbol, contracts.months, contracts.expiryRule, contracts.rollDays],
    );
  }
  const pairs = seedInstruments.flatMap(({ symbol, aliases }) => aliases.map((ticker) => ({ ticker, symbol })));
  await client.query(
    `insert into keelson.instrument_aliases (ticker, symbol)
     select * from unnest($1::text[], $2::text[]) on conflict (ticker) do nothing`,
    [pairs.map(({ ticker }) => ticker), pairs.map(({ symbol }) => symbol)],
  );
}

/**
 * A team with all that a signal needs, in the caller's transaction. Row-level security binds the owner of the tables
 * too, so the team is set first; only a superuser would get by without.
 */
export async function writeTeam(client: pg.ClientBase, team: SeedTeam): Promise<void> {
  const { teamId, accountId } = team;
  await client.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
  await client.query('insert into keelson.teams (team_id, name) values ($1, $2) on conflict (team_id) do nothing', [
    teamId,
    team.name,
  ]);
  await client.query(
    `insert into keelson.accounts (account_id, team_id, name, broker, mode, currency, may_sell_short)
     values ($1, $2, $3, 'paper', 'paper', 'USD', true) on conflict (account_id) do nothing`,
    [accountId, teamId, team.accountName],
  );
  await client.query(
    `insert into keelson.risk_limits (account_id, team_id, name, value, reason, actor)
     select $1, $2, name, value, 'first start', 'seed' from unnest($3::text[], $4::numeric[]) as l (name, value)
         on conflict (account_id, scope, name) do nothing`,
    [accountId, teamId, limits.map(({ name }) => name), limits.map(({ name }) => seedLimits[name] ?? null)],
  );
  await client.query('insert into keelson.stream_offsets (team_id) values ($1) on conflict (team_id) do nothing', [
    teamId,
  ]);
  await writeKey(client, team);
}

/** Only the hash of a key is stored. A key that the credentials replaced is replaced here too; no rate limit. */
async function writeKey(client: pg.ClientBase, team: SeedTeam): Promise<void> {
  const hash = createHash('sha256').update(team.webhookKey).digest();
  await client.query(
    `insert into keelson.webhook_keys (webhook_key_id, team_id, account_id, path_id, key_sha256, strategy)
     values ($1, $2, $3, $4, $5, 'demo')
     on conflict (webhook_key_id) do update set path_id = excluded.path_id, key_sha256 = excluded.key_sha256`,
    [team.webhookKeyId, team.teamId, team.accountId, team.webhookPathId, hash],
  );
}
