import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import pg from 'pg';
import { demoTeam } from '../../src/seed/teams.ts';
import { writeInstruments, writeTeam } from '../../src/seed/write.ts';
import { keelson, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
const demo = demoTeam('kw_0123456789abcdef0123456789abcdef0123456789a', 'path-of-the-demo');
let database: TestDatabase;
let team: SeededTeam;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('begin');
  await writeInstruments(client);
  await writeTeam(client, demo);
  await client.query('commit');
  await client.end();
  environment = {
    KEELSON_STATE_DIR: folder.path,
    DATABASE_URL: database.appUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
  };
});
afterAll(async () => {
  await database.close();
  folder.remove();
});

async function run(...words: string[]): Promise<{ code: number; result: Record<string, unknown> }> {
  const { code, stdout } = await keelson([...words, '--json'], environment);
  return { code, result: JSON.parse(stdout) as Record<string, unknown> };
}

const balance = async (): Promise<unknown> =>
  (
    await database.admin('select currency, cash::float8 as cash from keelson.balances where account_id = $1', [
      team.accountId,
    ])
  )[0];

describe('keelson ledger', () => {
  it('books a deposit once per reference, a withdrawal, tells the screens and leaves an audit record', async () => {
    const deposit = ['ledger', 'deposit', '--account', team.accountId, '--amount', '1500.50', '--reference', 'wire 1'];
    expect(await run(...deposit)).toMatchObject({ code: 0, result: { written: true, entries: [{ cash: '1500.5' }] } });
    expect(await run(...deposit)).toMatchObject({ code: 0, result: { written: false, entries: [] } });
    await run('ledger', 'withdraw', '--account', team.accountId, '--amount', '500', '--reference', 'wire 2');
    expect(await balance()).toEqual({ currency: 'USD', cash: 1_000.5 });
    const events = await database.admin(
      `select data->>'cash' as cash from keelson.stream_events where team_id = $1 and channel = 'ledger' order by stream_offset`,
      [team.teamId],
    );
    expect(events).toEqual([{ cash: '1500.5' }, { cash: '-500' }]);
    const audited = await database.admin('select action from keelson.audit_events where team_id = $1 order by at', [
      team.teamId,
    ]);
    expect(audited.map((row) => row['action'])).toEqual(['ledger.deposit', 'ledger.withdraw']);
  }, 30_000);

  it.each(['0', '-5', '1e3'])('refuses the amount %s and books nothing', async (amount) => {
    const before = await balance();
    const words = ['ledger', 'deposit', '--account', team.accountId, `--amount=${amount}`, '--reference', 'x'];
    expect((await keelson(words, environment)).code).toBe(2);
    expect(await balance()).toEqual(before);
  });

  it('closes a day that is over, and says why it does not close another', async () => {
    const close = (day: string) => run('ledger', 'close', '--account', team.accountId, '--day', day);
    expect(await close('2026-03-02')).toMatchObject({ code: 0, result: { outcome: 'closed' } });
    expect(await close('2026-03-02')).toMatchObject({ code: 0, result: { outcome: 'already_closed' } });
    const tomorrow = new Date(Date.now() + 86_400_000 * 2).toISOString().slice(0, 10);
    const refused = await close(tomorrow);
    expect(refused.code).not.toBe(0);
    expect(refused.result).toMatchObject({ outcome: 'refused', reasons: [`the trading day ${tomorrow} is not over`] });
  }, 30_000);
});

describe('keelson seed', () => {
  it('gives the demo team a history, once', async () => {
    const words = ['seed', '--days', '2', '--seed', '3', '--until', '2026-03-21'];
    const first = await run(...words);
    expect(first).toMatchObject({
      code: 0,
      result: { written: true, first_day: '2026-03-19', last_day: '2026-03-20' },
    });
    expect(first.result['signals']).toBeGreaterThan(0);
    expect(await run(...words)).toMatchObject({ code: 0, result: { written: false, signals: 0 } });
    const [row] = await database.admin<{ closed: number }>(
      'select count(*)::int as closed from keelson.statements where team_id = $1',
      [demo.teamId],
    );
    expect(row!.closed).toBe(2);
  }, 60_000);
});
