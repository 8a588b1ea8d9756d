import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@keelson/testkit';
import { keelson, type Outcome, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
  folder.remove();
});

/** Without any stack: only Postgres answers. */
function run(...words: string[]): Promise<Outcome> {
  return keelson([...words, '--json'], {
    KEELSON_STATE_DIR: join(folder.path, 'none'),
    DATABASE_URL: database.appUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
  });
}

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const symbols = async () =>
  (await database.admin<{ symbol: string }>('select symbol from keelson.instruments order by symbol')).map(
    ({ symbol }) => symbol,
  );

const HEADER =
  'symbol,name,kind,currency,tick_size,multiplier,exchange,root,contract_month,months,expiry_rule,roll_days';
const futures = `${HEADER}
NQ,"E-mini Nasdaq-100, quarterly",future,USD,0.25,20,CME_MINI,,,HMUZ,third_friday,8

,,future,,,,,NQ,2026-12,,,
,,future,,,,,NQ,2027-03,,,
`;

describe('keelson instruments load', () => {
  it('says what it would do, and does nothing, under --dry-run', async () => {
    const before = await symbols();
    const { code, stdout } = await run('instruments', 'load', file('futures.csv', futures), '--dry-run');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ added: ['NQ', 'NQZ2026', 'NQH2027'], written: false });
    expect(await symbols()).toEqual(before);
  });

  it('loads a CSV; loading it again changes nothing', async () => {
    const path = file('futures.csv', futures);
    expect(JSON.parse((await run('instruments', 'load', path)).stdout)).toMatchObject({ rows: 3, written: true });
    expect(await symbols()).toEqual(expect.arrayContaining(['NQ', 'NQZ2026', 'NQH2027']));
    const aliases = await database.admin(
      `select symbol from keelson.instrument_aliases where ticker = 'CME_MINI:NQ1!'`,
    );
    expect(aliases).toEqual([{ symbol: 'NQ' }]);
    expect(JSON.parse((await run('instruments', 'load', path)).stdout)).toMatchObject({
      added: [],
      changed: [],
      unchanged: 3,
      written: false,
    });
  });

  it('loads a JSON file without making binary floats of its numbers', async () => {
    const text = `[\n  {"symbol": "PEPEUSD", "kind": "crypto", "currency": "USD", "tick_size": 0.000000000001,\n   "lot_size": 1, "aliases": ["COINBASE:PEPEUSD"], "quoted": false}\n]`;
    expect((await run('instruments', 'load', file('coins.json', text))).code).toBe(0);
    expect(await database.admin(`select tick_size, quoted from keelson.instruments where symbol = 'PEPEUSD'`)).toEqual([
      { tick_size: '0.000000000001', quoted: false },
    ]);
  });

  it('refuses a file whole, naming line and field of everything that is wrong', async () => {
    const before = await symbols();
    const csv = `symbol,kind,currency,tick_size\nGOOD,equity,USD,0.01\nBAD1,equity,USD,0.0.1\nBAD2,share,USD,0.01\n`;
    const { code, stderr } = await run('instruments', 'load', file('bad.csv', csv));
    expect(code).toBe(2);
    expect(stderr).toContain('line 3, tick_size: must be a plain decimal');
    expect(stderr).toContain('line 4, kind: must be one of');
    expect(await symbols()).toEqual(before);
    const json = `[\n  {"symbol": "GOOD", "kind": "equity", "currency": "USD", "tick_size": "0.01"},\n  {"symbol": "BAD",\n   "kind": "bond"}\n]`;
    expect((await run('instruments', 'load', file('bad.json', json))).stderr).toContain('line 3, kind: ');
  });

  it('changes a traded instrument only when told to, and says which fields', async () => {
    const path = file(
      'change.csv',
      `symbol,kind,currency,tick_size,multiplier,initial_margin\nNQ,future,USD,0.25,20,34000\n`,
    );
    expect((await run('instruments', 'load', path)).code).toBe(2);
    const { code, stdout } = await run('instruments', 'load', path, '--yes');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).changed).toEqual([{ symbol: 'NQ', fields: ['initial_margin'] }]);
    expect(
      await database.admin(`select exchange, initial_margin from keelson.instruments where symbol = 'NQ'`),
    ).toEqual([{ exchange: 'CME_MINI', initial_margin: '34000.000000000000' }]);
  });

  it.each([
    ['neither.txt', 'a', 'neither .csv nor .json'],
    ['broken.json', '[{"symbol": ]', 'cannot be read'],
    ['object.json', '{}', 'must be a list'],
  ])('refuses %s', async (name, text, message) => {
    const { code, stderr } = await run('instruments', 'load', file(name, text));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('keelson instruments list', () => {
  it('has every field of the output, and finds by kind and text', async () => {
    const { stdout } = await run('instruments', 'list', '--kind', 'future', '--match', 'nqz');
    expect(JSON.parse(stdout).instruments).toEqual([
      expect.objectContaining({
        symbol: 'NQZ2026',
        tick_size: '0.25',
        multiplier: '20',
        calendar: 'CME_GLOBEX',
        expires_at: '2026-12-18T14:30:00.000Z',
        rolls_at: '2026-12-09T23:00:00.000Z',
      }),
    ]);
  });
});
