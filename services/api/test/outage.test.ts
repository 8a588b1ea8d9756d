import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api as apiService } from '@keelson/catalogue';
import { errorBody } from '@keelson/contracts';
import { migrate } from '@keelson/persistence';
import { freePort, PostgresServer, RedisServer, seedTeam, type SeededTeam, until } from '@keelson/testkit';
import pg from 'pg';
import { type Answer, ApiProcess } from './support/api-process.ts';

/** Stores of this file's own, to be killed. */
let postgres: PostgresServer;
let redis: RedisServer;
let team: SeededTeam;
let api: ApiProcess;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
  await migrate(postgres.adminUrl(), 'up', 'app');
  const client = new pg.Client({ connectionString: postgres.adminUrl() });
  await client.connect();
  team = await seedTeam({ admin: async (text, values) => (await client.query(text, values)).rows });
  await client.end();
  const appUrl = postgres.adminUrl().replace(/\/\/[^@]+@/, '//keelson_app:app@');
  api = await ApiProcess.start(appUrl, redis.url);
}, 60_000);
afterAll(async () => {
  await api.end();
  await Promise.all([postgres.remove(), redis.remove()]);
}, 30_000);

/** Connections of one api process, as the catalogue has it. */
const CONNECTIONS = apiService.env.shape.DATABASE_POOL_SIZE.parse(undefined);

let delivered = 0;
function deliver(): Promise<Answer> {
  delivered += 1;
  const fields = { key: team.webhookKey, ticker: 'ES', action: 'buy', quantity: '1', price: '5000' };
  return api.deliver(JSON.stringify({ ...fields, order_id: `order ${delivered}` }));
}

async function ready(): Promise<{ status: number; redis: unknown }> {
  const { status, text } = await api.request('/health/ready');
  return { status, redis: (JSON.parse(text) as { checks: Record<string, unknown> }).checks['redis'] };
}

/** Milliseconds of every 503 so far, as the api measured them: clients on a busy machine also wait for themselves. */
function durationsOf503(): number[] {
  return [...api.log.matchAll(/"status_code":503,"duration_ms":([\d.]+)/g)].map(([, text]) => Number(text));
}

/** Past row-level security, on a connection of its own. */
async function admin(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres.adminUrl() });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Postgres that takes statements and does not answer: nobody can write receipts meanwhile. */
async function withReceiptsLocked<T>(work: () => Promise<T>): Promise<T> {
  const locker = new pg.Client({ connectionString: postgres.adminUrl() });
  await locker.connect();
  try {
    await locker.query('begin; lock table keelson.receipts in access exclusive mode');
    return await work();
  } finally {
    await locker.end();
  }
}

describe('without Redis', () => {
  it('signals are accepted as fast as before, and the api stays ready and says who wakes the workers', async () => {
    expect((await deliver()).status).toBe(202);
    expect(await ready()).toMatchObject({ status: 200, redis: { workers_wake_by: 'queue' } });
    await redis.end('SIGKILL');
    const answers = [await deliver(), await deliver(), await deliver()];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await until(async () => JSON.stringify((await ready()).redis).includes('sweep'), Boolean);
    expect((await ready()).status).toBe(200);
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(900);
  });
});

describe('without Postgres', () => {
  it('a delivery is answered 503 with Retry-After soon, one or many; it is accepted once Postgres is back', async () => {
    await postgres.end('SIGKILL');
    try {
      const alone = await deliver();
      const together = await Promise.all(Array.from({ length: 32 }, deliver));
      for (const answer of [alone, ...together]) {
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(errorBody.parse(JSON.parse(answer.text)).error.code).toBe('SERVICE_UNAVAILABLE');
        expect(answer.text).not.toContain(team.webhookKey);
      }
      // As the api measured them. Each within 250 ms where the machine has time for it, which it may not have in a test.
      await until(async () => durationsOf503().length === 33, Boolean);
      const took = durationsOf503().sort((left, right) => left - right);
      expect(took[0]).toBeLessThan(250);
      expect(took.at(-1)).toBeLessThan(5_000);
      await until(async () => (await ready()).status === 503, Boolean);
    } finally {
      await postgres.restart();
    }
    await until(async () => (await deliver()).status === 202, Boolean);
    await until(async () => (await ready()).status === 200, Boolean);
  }, 90_000);

  it('when it hangs instead, the sender is told before it gives up, and its repetition finds one signal', async () => {
    const fields = { key: team.webhookKey, ticker: 'ES', action: 'sell', quantity: '1', price: '1', order_id: 'hung' };
    const hung = await withReceiptsLocked(() => api.deliver(JSON.stringify(fields)));
    expect(hung.status).toBe(503);
    expect(hung.took).toBeLessThan(5_000);
    const repeated = await api.deliver(JSON.stringify(fields));
    expect(repeated.status).toBe(202);
    const [signal] = await admin(`select signal_id, count(*) over ()::int as found
                                    from keelson.signals where order_reference = 'hung'`);
    expect(signal).toEqual({ ...JSON.parse(repeated.text), status: undefined, found: 1 });
  });
});

describe('with every connection busy', () => {
  it('the next delivery is answered 503 soon, instead of waiting in a line that nobody sees', async () => {
    const waiting = `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock'`;
    let held: Promise<Answer>[] = [];
    const known = durationsOf503().length;
    await withReceiptsLocked(async () => {
      held = Array.from({ length: CONNECTIONS }, deliver);
      await until(async () => (await admin(waiting))[0]!['waiting'] === CONNECTIONS, Boolean);
      const next = await deliver();
      expect([next.status, next.headers.get('retry-after')]).toEqual([503, '2']);
      await until(async () => durationsOf503().length > known, Boolean);
      expect(durationsOf503()[known]).toBeLessThan(1_000);
    });
    await Promise.all(held);
    await until(async () => (await deliver()).status === 202, Boolean);
  });
});

describe('a store that was never there', () => {
  it('Redis: the api starts, is ready, accepts, and stops in order', async () => {
    const appUrl = postgres.adminUrl().replace(/\/\/[^@]+@/, '//keelson_app:app@');
    const lonely = await ApiProcess.start(appUrl, `redis://127.0.0.1:${await freePort()}`);
    const fields = {
      key: team.webhookKey,
      ticker: 'ES',
      action: 'buy',
      quantity: '1',
      price: '5000',
      order_id: 'lonely',
    };
    expect((await lonely.deliver(JSON.stringify(fields))).status).toBe(202);
    expect(await lonely.end()).toBe(0);
  }, 90_000);
});
