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

/** With no service and no stack: only Postgres answers. */
function run(...words: string[]): Promise<Outcome> {
  return keelson([...words], { KEELSON_STATE_DIR: join(folder.path, 'none'), DATABASE_URL: database.appUrl });
}

describe('keelson market check', () => {
  it('says that there is no report before the first check', async () => {
    const { code, stderr } = await run('market', 'report');
    expect([code, stderr]).toEqual([4, expect.stringContaining('keelson market check')]);
  }, 30_000);

  it('exits with 4 when something is not ready, names it, and leaves the report', async () => {
    const { code, stdout } = await run('market', 'check', '--json');
    expect(code).toBe(4);
    const found = JSON.parse(stdout);
    expect(found.failed).toBe(found.checks.filter(({ passed }: { passed: boolean }) => !passed).length);
    expect(found.checks).toContainEqual({
      name: 'services',
      passed: false,
      found: 'not connected: api, worker, beat, stream-gateway',
    });
    const report = await run('market', 'report');
    expect(report.code).toBe(0);
    expect(report.stdout).toContain('✖ services        not connected: api');
  }, 30_000);
});
