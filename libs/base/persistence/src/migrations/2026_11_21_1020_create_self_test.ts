import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SELF_TEST } from '../self-test.ts';

/** The team, account and instrument of the self-test. Its key has no path that anybody knows and matches no hash. */
export class CreateSelfTest implements MigrationInterface {
  readonly name = 'CreateSelfTest1763720400000';

  async up(runner: QueryRunner): Promise<void> {
    const { teamId, accountId, webhookKeyId, symbol, broker } = SELF_TEST;
    await runner.query(`
      select set_config('keelson.team_id', '${teamId}', true);
      insert into keelson.instruments (symbol, name, kind, currency, tick_size)
        values ('${symbol}', 'Self-test', 'equity', 'XTS', 0.01);
      insert into keelson.teams (team_id, name) values ('${teamId}', 'Self-test');
      insert into keelson.accounts (account_id, team_id, name, broker, mode, currency, may_sell_short)
        values ('${accountId}', '${teamId}', 'Loopback', '${broker}', 'paper', 'XTS', true);
      insert into keelson.webhook_keys (webhook_key_id, team_id, account_id, path_id, key_sha256, strategy, revoked_at)
        values ('${webhookKeyId}', '${teamId}', '${accountId}', '${webhookKeyId}', '\\x', 'self-test', now());
      insert into keelson.risk_limits (account_id, name, team_id, value)
        values ('${accountId}', 'max_notional', '${teamId}', 1000000),
               ('${accountId}', 'max_open_positions', '${teamId}', 10);
      insert into keelson.exposures (account_id, team_id, maximum) values ('${accountId}', '${teamId}', 1000000000);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { teamId, accountId, webhookKeyId, symbol } = SELF_TEST;
    const tables = [
      'stream_events',
      'stream_offsets',
      'postings',
      'entries',
      'trades',
      'positions',
      'fills',
      'broker_events',
      'orders',
    ];
    const removals = [
      ...tables,
      'intents',
      'verdicts',
      'outbox',
      'signals',
      'webhook_dedupe',
      'receipts',
      'exposures',
      'risk_limits',
    ];
    await runner.query(`
      select set_config('keelson.team_id', '${teamId}', true);
      ${removals.map((table) => `delete from keelson.${table} where team_id = '${teamId}';`).join('\n')}
      delete from keelson.webhook_keys where webhook_key_id = '${webhookKeyId}';
      delete from keelson.accounts where account_id = '${accountId}';
      delete from keelson.teams where team_id = '${teamId}';
      delete from keelson.instruments where symbol = '${symbol}';
    `);
  }
}
