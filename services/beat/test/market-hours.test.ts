import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkReadiness, failedChecks } from '@keelson/oversight';
import { Lease, Owner } from '@keelson/messaging';
import { Metrics } from '@keelson/runtime';
import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { Scheduler } from '../src/scheduler.ts';
import { dailyClose } from '../src/schedules/daily-close.ts';
import { endOfDay } from '../src/schedules/end-of-day.ts';
import { expectedServices, preMarketCheck } from '../src/schedules/pre-market-check.ts';
import { weekendMaintenance } from '../src/schedules/weekend-maintenance.ts';

let database: TestDatabase;
let team: SeededTeam;
beforeEach(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
});
afterEach(() => database.close());

const clockAt = (text: string) => ({ now: () => new Date(text) });
const MORNING = '2026-11-20T13:30:00Z';

/** What failed, by name, at a look now. */
async function failing(now = MORNING, services: readonly string[] = []): Promise<string[]> {
  const { checks } = await checkReadiness(database.db, services, new Date(now));
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

describe('the check before the open', () => {
  beforeEach(async () => {
    await database.admin(
      `insert into keelson.reconciliations (account_id, team_id, broker, state) values ($1, $2, 'paper', 'clean')
       on conflict (account_id) do update set state = 'clean'`,
      [team.accountId, team.teamId],
    );
  });

  it('passes when all is well', async () => {
    expect(await failing()).toEqual([]);
  });

  it.each([
    ['trading-state', `update keelson.trading_states set state = 'HALTED' where scope = 'platform'`],
    ['trading-state', `delete from keelson.trading_states where scope = 'platform'`],
    ['reconciliation', `update keelson.reconciliations set state = 'differing'`],
    ['limits', `delete from keelson.risk_limits where name = 'max_notional'`],
    [
      'quotes',
      `update keelson.instruments set calendar = 'ALWAYS';
       insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('ES', 1, 1, 1, 'test', now() - interval '1 minute')`,
    ],
    [
      'contracts',
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, root, contract_month, rolls_at, expires_at)
       values ('ESZ2026', 'E', 'future', 'USD', 1, 'ES', '2026-12', '2026-11-25T00:00:00Z', '2026-12-18T00:00:00Z')`,
    ],
    [
      'schedules',
      `insert into keelson.schedule_runs (name, last_started_at, fence, last_error) values ('daily-close', now(), 1, 'refused')`,
    ],
  ])('finds that %s is not as it must be', async (name, damage) => {
    await database.admin(damage);
    expect(await failing()).toEqual([name]);
  });

  it('finds a calendar that ends soon', async () => {
    expect(await failing('2035-10-01T12:30:00Z')).toEqual(['calendars']);
  });

  it('finds services that are not connected, and finds them by instance', async () => {
    expect(await failing(MORNING, ['worker'])).toEqual(['services']);
    const worker = new Database({ url: database.appUrl, poolSize: 1, applicationName: 'worker-2' });
    await worker.ping();
    expect(await failing(MORNING, ['worker'])).toEqual([]);
    await worker.close();
  });

  it('is reported by the day, and the last look counts', async () => {
    await database.admin(`update keelson.trading_states set state = 'HALTED' where scope = 'platform'`);
    const reports: number[] = [];
    const run = preMarketCheck(database.db, clockAt(MORNING), new Metrics(), ({ failed }) => reports.push(failed));
    await run();
    await database.admin(`update keelson.trading_states set state = 'ACTIVE' where scope = 'platform'`);
    await run();
    // No service is connected in a test.
    expect(reports).toEqual([2, 1]);
    const rows = await database.admin<{ day: string; failed: number; checks: { name: string; found: string }[] }>(
      'select trading_day::text as day, failed, checks from keelson.market_checks',
    );
    expect(rows).toMatchObject([{ day: '2026-11-20', failed: 1 }]);
    expect(rows[0]!.checks[0]).toMatchObject({
      name: 'services',
      found: `not connected: ${expectedServices.join(', ')}`,
    });
  });

  it('counts as failed when it is missing on a trading day, from before the open until the close', async () => {
    const failed = (now: string) => failedChecks(database.db, new Date(now));
    expect(await failed('2026-11-20T15:00:00Z')).toBe(0);
    await checkReadiness(database.db, [], new Date('2026-11-19T13:30:00Z'));
    expect([
      await failed('2026-11-19T15:00:00Z'),
      await failed('2026-11-20T13:34:59Z'),
      await failed('2026-11-20T13:35:00Z'),
      await failed('2026-11-20T20:59:59Z'),
      await failed('2026-11-20T21:00:00Z'),
      await failed('2026-11-21T15:00:00Z'),
    ]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

describe('the end of the day', () => {
  it('makes every account due for comparison', async () => {
    await database.admin(
      `insert into keelson.reconciliations (account_id, team_id, broker, state, due_at)
       values ($1, $2, 'paper', 'clean', now() + interval '1 hour')
       on conflict (account_id) do update set due_at = now() + interval '1 hour'`,
      [team.accountId, team.teamId],
    );
    await endOfDay(database.db, clockAt('2026-11-20T21:05:00Z'))();
    const rows = await database.admin(
      'select due_at <= clock_timestamp() as due from keelson.reconciliations where account_id = $1',
      [team.accountId],
    );
    expect(rows).toEqual([{ due: true }]);
  });
});

describe('the daily close', () => {
  it('gives every account the statement of the day that ended last, once', async () => {
    const run = dailyClose(database.db, clockAt('2026-11-20T22:15:00Z'));
    await run();
    await run();
    const rows = await database.admin('select trading_day::text as day from keelson.statements where account_id = $1', [
      team.accountId,
    ]);
    expect(rows).toEqual([{ day: '2026-11-20' }]);
  });
});

describe('the maintenance of the weekend', () => {
  it('deletes old prices of what nobody uses and old reports, keeps the rest, and refreshes statistics', async () => {
    await database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, quoted) values ('GONE', 'G', 'equity', 'USD', 1, false),
         ('FRESH', 'F', 'equity', 'USD', 1, false)`,
    );
    await database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at, received_at)
       select symbol, 1, 1, 1, 'test', now(), now() - case symbol when 'FRESH' then interval '1 day' else interval '31 days' end
         from keelson.instruments where symbol in ('ES', 'GONE', 'FRESH')`,
    );
    await database.admin(
      `insert into keelson.market_checks values (current_date - 401, now(), 0, '[]'), (current_date, now(), 0, '[]')`,
    );
    await weekendMaintenance(database.db)();
    expect(await database.admin('select symbol from keelson.quotes order by symbol')).toEqual([
      { symbol: 'ES' },
      { symbol: 'FRESH' },
    ]);
    expect(await database.admin('select trading_day from keelson.market_checks')).toHaveLength(1);
    const [stats] = await database.admin<{ tuples: number }>(
      `select reltuples::int as tuples from pg_class where oid = 'keelson.quotes'::regclass`,
    );
    expect(stats?.tuples).toBe(2);
  });
});

describe('a schedule with times', () => {
  it('is served once, whoever holds the lease, and again when its work failed', async () => {
    const served: string[] = [];
    const start = async (who: string, work: () => Promise<void>) => {
      const owner = new Owner(database.db);
      const scheduler = new Scheduler({
        ...{ database: database.db, owner, onError: () => undefined },
        lease: new Lease(database.db, owner, 'scheduler', 3_000),
        clock: clockAt('2026-11-20T14:00:00Z'),
        work: [
          {
            schedule: {
              ...{ name: 'check', purpose: 'of this test' },
              times: { days: { sessionsOf: 'XNYS' }, at: '08:30', timeZone: 'America/New_York', within: '7 hours' },
            },
            run: async () => {
              served.push(who);
              await work();
            },
          },
        ],
      });
      await scheduler.start();
      return scheduler;
    };
    const noted = () =>
      database.admin<{ due_at: Date | null; last_error: string | null }>(
        `select due_at, last_error from keelson.schedule_runs where name = 'check'`,
      );
    await database.admin(
      `insert into keelson.schedule_runs (name, last_started_at, fence, due_at) values ('check', now(), 0, '2026-11-19T13:30:00Z')`,
    );
    const first = await start('first', () => Promise.reject(new Error('Postgres hiccuped')));
    await first.stop();
    expect(await noted()).toEqual([{ due_at: new Date('2026-11-19T13:30:00Z'), last_error: 'Postgres hiccuped' }]);
    const second = await start('second', () => Promise.resolve());
    await second.stop();
    expect(await noted()).toEqual([{ due_at: new Date('2026-11-20T13:30:00Z'), last_error: null }]);
    const third = await start('third', () => Promise.resolve());
    // Several looks of the scheduler pass without a run.
    await sleep(600);
    await third.stop();
    expect(served).toEqual(['first', 'second']);
  });
});
