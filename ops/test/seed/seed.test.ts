import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@keelson/testkit';
import { demoTeam } from '../../src/seed/teams.ts';
import { type Outcome, repository, temporaryFolder } from '../fixture/keelson.ts';

const KEY = 'kw_0123456789abcdef0123456789abcdef0123456789a';
const demo = demoTeam(KEY, 'path-of-the-demo');
const folder = temporaryFolder();
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
  folder.remove();
});

function seed(words: string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const variables = {
    DATABASE_ADMIN_URL: database.adminUrl,
    DEMO_WEBHOOK_KEY: KEY,
    DEMO_WEBHOOK_PATH_ID: 'path-of-the-demo',
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repository, 'ops', 'src', 'seed.ts'), ...words], {
      env: { PATH: process.env['PATH'], ...variables, ...environment },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** Counts of everything that the seed writes. */
async function counts(): Promise<Record<string, unknown>> {
  const tables = [
    'teams',
    'accounts',
    'webhook_keys',
    'risk_limits',
    'exposures',
    'stream_offsets',
    'instruments',
    'instrument_aliases',
  ];
  const columns = tables.map((table) => `(select count(*)::int from keelson.${table}) as ${table}`);
  const [row] = await database.admin<Record<string, unknown>>(`select ${columns.join(', ')}`);
  return row ?? {};
}

describe('seed', () => {
  it('makes all that a first signal of the demo team needs, and changes nothing when run again', async () => {
    const before = await counts();
    expect((await seed([])).code).toBe(0);
    const after = await counts();
    expect(Number(after['teams']) - Number(before['teams'])).toBe(1);
    await database.admin(`update keelson.risk_limits set value = 7 where account_id = $1 and name = 'max_notional'`, [
      demo.accountId,
    ]);
    expect((await seed([])).code).toBe(0);
    expect(await counts()).toEqual(after);
    const [limit] = await database.admin(
      `select value from keelson.risk_limits where account_id = $1 and name = 'max_notional'`,
      [demo.accountId],
    );
    // What somebody set on purpose stays.
    expect(Number(limit?.['value'])).toBe(7);
  });

  it('gives the demo account a paper broker, short sales, and a key without rate limit', async () => {
    const [account] = await database.admin('select * from keelson.accounts where account_id = $1', [demo.accountId]);
    expect(account).toMatchObject({ name: 'Demo paper', broker: 'paper', mode: 'paper', may_sell_short: true });
    const [key] = await database.admin('select * from keelson.webhook_keys where team_id = $1', [demo.teamId]);
    expect(key).toMatchObject({ rate_limit_per_minute: null, burst: null, path_id: 'path-of-the-demo' });
    expect(key?.['key_sha256']).toEqual(createHash('sha256').update(KEY).digest());
  });

  it.each([
    'CME_MINI:NQ1!',
    'NQ1!',
    'CME_MINI:ES1!',
    'NASDAQ:AAPL',
    'AAPL',
    'AMEX:SPY',
    'COINBASE:BTCUSD',
    'OANDA:EURUSD',
    'NYMEX:CL1!',
  ])('knows what TradingView calls %s', async (ticker) => {
    const rows = await database.admin('select symbol from keelson.instrument_aliases where ticker = $1', [ticker]);
    expect(rows).toHaveLength(1);
  });

  it('replaces the key when the credentials have another one', async () => {
    const another = `${KEY}x`;
    expect((await seed([], { DEMO_WEBHOOK_KEY: another })).code).toBe(0);
    const rows = await database.admin('select key_sha256 from keelson.webhook_keys where team_id = $1', [demo.teamId]);
    expect(rows.map((row) => row['key_sha256'])).toEqual([createHash('sha256').update(another).digest()]);
  });

  it('adds teams for benchmarks, whose keys are only in the file, for its owner alone', async () => {
    const file = join(folder.path, 'keys.json');
    const { code, stdout } = await seed(['--teams', '3', '--out', file]);
    expect(code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const keys = JSON.parse(readFileSync(file, 'utf8'));
    expect(keys).toHaveLength(3);
    for (const { team_id: team, account_id: account, webhook_key: key } of keys) {
      expect(stdout).not.toContain(key);
      const [row] = await database.admin('select team_id, account_id from keelson.webhook_keys where key_sha256 = $1', [
        createHash('sha256').update(key).digest(),
      ]);
      expect(row).toEqual({ team_id: team, account_id: account });
    }
  });

  it('works as an owner who is bound by row-level security', async () => {
    const owner = `owner_${process.pid}`;
    await database.admin(`create role ${owner} login password 'owner' nosuperuser nobypassrls`);
    const tables = await database.admin<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'keelson'`,
    );
    for (const { name } of tables) await database.admin(`alter table keelson.${name} owner to ${owner}`);
    await database.admin(`alter schema keelson owner to ${owner}`);
    const url = new URL(database.adminUrl);
    url.username = owner;
    url.password = 'owner';
    const { code, stderr } = await seed(['--teams', '1', '--out', join(folder.path, 'owner.json')], {
      DATABASE_ADMIN_URL: url.href,
    });
    await database.admin(`reassign owned by ${owner} to current_user`);
    await database.admin(`drop owned by ${owner}`);
    await database.admin(`drop role ${owner}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('lists every variable that is missing or wrong, by name, without a value', async () => {
    const { code, stderr } = await seed([], { DEMO_WEBHOOK_KEY: 'short', DATABASE_ADMIN_URL: 'mysql://u:hunter2@h/d' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATABASE_ADMIN_URL must be/);
    expect(stderr).toMatch(/DEMO_WEBHOOK_KEY must have/);
    expect(stderr).not.toMatch(/hunter2|short\b/);
  });
});
