import { describe, expect, it, jest } from '@jest/globals';
import { connections, transact } from '../bench/bare/database.ts';
import { type BareCounts, BarePipeline, wrongsOf } from '../bench/bare/pipeline.ts';
import { runK6 } from '../bench/harness/k6.ts';
import { onDatabase, withOwnDatabase } from '../bench/harness/own-database.ts';

jest.setTimeout(120_000);

const TEAMS = 2;
const DATABASE = 'test_yardstick';
/** Beside what other tests use of the run's Redis. */
const REDIS_DATABASE = '8';

/** The servers of the test run; load tests know the platform by its addresses only. */
function serverUrl(variable: string): string {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is missing: tests need jest.config.ts with its globalSetup`);
  return url;
}

async function withPipeline(work: (pipeline: BarePipeline, databaseUrl: string) => Promise<void>): Promise<void> {
  const redisUrl = onDatabase(serverUrl('KEELSON_TEST_REDIS_URL'), REDIS_DATABASE);
  await withOwnDatabase(serverUrl('KEELSON_TEST_POSTGRES_URL'), DATABASE, async (adminUrl) => {
    const asServices = new URL(adminUrl);
    [asServices.username, asServices.password] = ['keelson_app', 'app'];
    const stores = { adminUrl, databaseUrl: asServices.href, redisUrl };
    const pipeline = await BarePipeline.start(stores, TEAMS);
    try {
      await work(pipeline, stores.databaseUrl);
    } finally {
      await pipeline.stop();
    }
  });
}

/** What a team sees, as the services' role. */
async function receiptsSeen(databaseUrl: string, teamIds: readonly string[]): Promise<unknown[]> {
  const pool = connections(databaseUrl, 1);
  const count = { name: 'count', text: 'select count(*)::int as receipts from bare.receipts' };
  try {
    const seen: unknown[] = [];
    for (const teamId of teamIds) seen.push(...(await transact(pool, teamId, count)).flat());
    await expect(pool.query(count)).rejects.toThrow();
    return seen;
  } finally {
    await pool.end();
  }
}

describe('the bare pipeline of the yardstick', () => {
  it('takes each signal of the load through every step once, to a frame, each team for itself', () =>
    withPipeline(async (pipeline, databaseUrl) => {
      const load = { scenario: 'pipeline', ratePerSecond: 20, seconds: 1.5, warmUpSeconds: 0.5 } as const;
      const run = await runK6({ ...load, teams: pipeline.teams, seed: 1, latencySlack: 1_000 });
      const names = ['signals_accepted', 'signals_lost', 'signals_doubled', 'signals_unfilled', 'frames_missed'];
      expect(names.map((name) => run.value(name, 'count'))).toEqual([40, 0, 0, 0, 0]);
      const counts = await pipeline.counts();
      expect(counts).toMatchObject({ receipts: 40, 'orders at the broker': 40, orders: 40, fills: 40, events: 40 });
      expect(wrongsOf(counts, 40)).toEqual({ lost: 0, doubled: 0, unfinished: 0, unbalanced: 0 });
      const teamIds = pipeline.teams.map(({ teamId }) => teamId);
      expect(await receiptsSeen(databaseUrl, teamIds)).toEqual([{ receipts: 20 }, { receipts: 20 }]);
    }));
});

describe('the count of a bare run', () => {
  const sound: BareCounts = {
    ...{ receipts: 5, 'orders at the broker': 5, orders: 5, fills: 5, events: 5 },
    ...{ 'work left': 0, reserved: 0, unbalanced: 0 },
  };

  it('finds what is lost, doubled, unfinished and unbalanced', () => {
    expect(wrongsOf({ ...sound, events: 3 }, 5)).toMatchObject({ lost: 2, doubled: 0 });
    expect(wrongsOf({ ...sound, 'orders at the broker': 6 }, 5)).toMatchObject({ lost: 0, doubled: 1 });
    expect(wrongsOf({ ...sound, 'work left': 1, reserved: 1 }, 5)).toMatchObject({ unfinished: 2 });
    expect(wrongsOf({ ...sound, unbalanced: 1 }, 5)).toMatchObject({ unbalanced: 1 });
  });
});
