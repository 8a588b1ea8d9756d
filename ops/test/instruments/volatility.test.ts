import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { keelson, type Outcome, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await seedTeam(database);
});
afterAll(async () => {
  await database.close();
  folder.remove();
});

function load(...lines: string[]): Promise<Outcome> {
  const path = join(folder.path, 'volatilities.csv');
  writeFileSync(path, ['symbol,day,volatility', ...lines].join('\n'));
  return keelson(['volatility', 'load', path, '--json'], {
    KEELSON_STATE_DIR: join(folder.path, 'none'),
    DATABASE_URL: database.appUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
  });
}

describe('keelson volatility load', () => {
  it('loads days, and says which rank risk reads then', async () => {
    const days = Array.from({ length: 130 }, (_, index) => {
      const day = new Date(Date.now() - (index + 1) * 86_400_000).toISOString().slice(0, 10);
      return `ES,${day},${index === 0 ? '0.3' : index === 129 ? '0.6' : '0.2'}`;
    });
    const { code, stdout, stderr } = await load(...days);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ rows: 130, added: 130, changed: 0 },
      ranks: [{ symbol: 'ES', days: 130, iv_rank: '25' }],
    });
  });

  it('loads nothing of a file with a wrong line, and says which it is', async () => {
    const { code, stderr } = await load('ES,2020-01-02,0.2', 'XYZ,2020-01-02,0.2');
    expect(code).not.toBe(0);
    expect(stderr).toContain('line 3, symbol: no instrument is known as');
    expect(await database.admin(`select from keelson.implied_volatilities where day = '2020-01-02'`)).toEqual([]);
  });
});
