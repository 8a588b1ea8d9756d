import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { keelson, type Outcome, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
let database: TestDatabase;
let venue: PaperVenue;
let team: SeededTeam;
let other: SeededTeam;

beforeAll(async () => {
  [database, venue] = await Promise.all([testDatabase(), PaperVenue.start()]);
  team = await seedTeam(database);
  other = await seedTeam(database);
}, 30_000);
afterAll(async () => {
  await Promise.all([database.close(), venue.stop()]);
  folder.remove();
});

/** On a tree without any state: never built, never started, no service runs; only Postgres and the venue answer. */
function run(...words: string[]): Promise<Outcome> {
  return keelson([...words, '--json'], {
    KEELSON_STATE_DIR: join(folder.path, 'none'),
    DATABASE_URL: database.appUrl,
    PAPER_BROKER_URL: venue.url,
  });
}

async function stateOf(scope: string): Promise<string | undefined> {
  const [row] = await database.admin<{ state: string }>('select state from keelson.trading_states where scope = $1', [
    scope,
  ]);
  return row?.state;
}

async function audits(action: string, teamId: string): Promise<Record<string, unknown>[]> {
  return database.admin('select * from keelson.audit_events where action = $1 and team_id = $2', [action, teamId]);
}

describe('halt and resume', () => {
  it('halt the platform with nothing but Postgres and the venue, prove it, tell every team, and record it', async () => {
    const { code, stdout, stderr } = await run('halt', '--reason', 'stale prices');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ scope: 'platform', phase: 'done', reason: 'stale prices', halt_generation: 1, problem: null },
      proof: { accounts: 3, orders_open: 0, orders_kept: 0, positions_open: 0 },
    });
    expect(await stateOf('platform')).toBe('HALTED');
    for (const { teamId } of [team, other]) {
      expect(await audits('trading.halt', teamId)).toEqual([
        expect.objectContaining({
          subject: 'platform',
          reason: 'stale prices',
          actor: expect.stringContaining('keelson'),
        }),
      ]);
      const events = await database.admin(
        `select event from keelson.stream_events where team_id = $1 and channel = 'system'`,
        [teamId],
      );
      expect(events).toEqual([{ event: 'trading_state.changed' }]);
    }
  });

  it('resume only with a reason', async () => {
    const { code, stderr } = await run('resume');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--reason: is required/);
    expect(await stateOf('platform')).toBe('HALTED');
    expect((await run('resume', '--reason', 'prices are back')).code).toBe(0);
    expect(await stateOf('platform')).toBe('ACTIVE');
  });

  it('halt one account, and record it with its team alone', async () => {
    const { code } = await run('halt', '--account', team.accountId, '--reduce-only', '--reason', 'one account');
    expect(code).toBe(0);
    expect(await stateOf(`account:${team.accountId}`)).toBe('REDUCING');
    expect(await stateOf('platform')).toBe('ACTIVE');
    expect(await audits('trading.halt', team.teamId)).toHaveLength(2);
    expect(await audits('trading.halt', other.teamId)).toHaveLength(1);
  });

  it('name an account that nobody has', async () => {
    const { code, stderr } = await run('halt', '--account', '0199f7d2-3c1b-7e52-9d41-6b1d2f0a9c55');
    expect(code).toBe(2);
    expect(stderr).toMatch(/No team has an account/);
  });

  it('fail with cause and fix when Postgres is down, without its password', async () => {
    const { code, stderr } = await keelson(['halt'], {
      DATABASE_URL: 'postgres://keelson_app:hunter2@127.0.0.1:1/keelson',
    });
    expect(code).toBe(4);
    expect(stderr).toMatch(/Postgres at 127\.0\.0\.1:1 does not answer/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('audit records of operations', () => {
  it('go to a file when Postgres cannot take them, and say so', async () => {
    const { recordOperation } = await import('../../src/stack/audit.ts');
    const { recordingContext } = await import('../fixture/context.ts');
    const environment = { DATABASE_URL: 'postgres://keelson_app:x@127.0.0.1:1/keelson' };
    const context = recordingContext(folder.path, { environment });
    await recordOperation(context, { action: 'runbook.run', subject: 'DatabaseDown' });
    const record = JSON.parse(readFileSync(context.folders.auditFile, 'utf8'));
    expect(record).toMatchObject({ action: 'runbook.run', subject: 'DatabaseDown', actor: 'test' });
    expect(context.said.join()).toMatch(/audit record went to/);
  });
});
