import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type WakeUp, WakeUpQueue, WakeUpWorker } from '@keelson/messaging';
import { Metrics } from '@keelson/runtime';
import { RedisServer, seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { contractEnds } from '../src/schedules/contract-ends.ts';
import { outboxSweep } from '../src/schedules/outbox-sweep.ts';
import { receiptRetention } from '../src/schedules/receipt-retention.ts';
import { countStuckOrders, stuckOrderCheck } from '../src/schedules/stuck-orders.ts';
import { addOrder, addSignal, addWaiting } from './support/rows.ts';

let database: TestDatabase;
let team: SeededTeam;
let other: SeededTeam;
beforeAll(async () => {
  database = await testDatabase();
  [team, other] = [await seedTeam(database), await seedTeam(database)];
});
afterEach(() => database.admin('truncate keelson.outbox, keelson.stream_events, keelson.webhook_dedupe'));
afterAll(() => database.close());

async function gauge(metrics: Metrics, name: string): Promise<number> {
  const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

describe('the outbox sweep', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.remove());

  it('sends again, of every team, what has no live lease for a second, and leaves the rest alone', async () => {
    const forgotten = await addWaiting(database, team);
    const dropped = await addWaiting(database, other, { owner: 1, leaseSeconds: -5 });
    // Still younger than a second, however long this test takes.
    await addWaiting(database, team, { ageSeconds: -60 });
    await addWaiting(database, team, { owner: 1, leaseSeconds: 60 });
    const received: WakeUp[] = [];
    const worker = new WakeUpWorker(redis.url, 4, (wakeUp) => Promise.resolve(received.push(wakeUp)));
    const queue = new WakeUpQueue(redis.url);
    worker.start();
    await queue.ping();
    const metrics = new Metrics();
    await outboxSweep(database.db, queue, metrics)();
    while (received.length < 2) await sleep(10);
    await sleep(200);
    await Promise.all([worker.close(), queue.close()]);
    expect(received.map(({ outboxId, teamId }) => ({ outboxId, teamId }))).toEqual(
      expect.arrayContaining([
        { outboxId: forgotten, teamId: team.teamId },
        { outboxId: dropped, teamId: other.teamId },
      ]),
    );
    expect(received).toHaveLength(2);
    expect(await gauge(metrics, 'keelson_outbox_depth')).toBe(4);
    expect(await gauge(metrics, 'keelson_outbox_oldest_age_seconds')).toBeGreaterThan(4.9);
  });

  it('goes on without Redis: what it can not send stays where the workers look', async () => {
    const waiting = await addWaiting(database, team);
    await redis.end('SIGKILL');
    const queue = new WakeUpQueue(redis.url);
    await outboxSweep(database.db, queue, new Metrics())();
    await queue.close();
    await redis.restart();
    expect(await database.admin('select outbox_id from keelson.outbox')).toEqual([{ outbox_id: waiting }]);
  });
});

describe('the stuck-order check', () => {
  it('counts orders of all teams that wait for an answer past their deadline, and no others', async () => {
    await addOrder(database, team, { status: 'submitted', pastDeadlineSeconds: 5 });
    await addOrder(database, other, { status: 'unknown', pastDeadlineSeconds: 5 });
    await addOrder(database, team, { status: 'submitted', pastDeadlineSeconds: 1 });
    await addOrder(database, team, { status: 'accepted', pastDeadlineSeconds: 5 });
    await addOrder(database, team, { status: 'filled', pastDeadlineSeconds: 5 });
    const metrics = new Metrics();
    await stuckOrderCheck(database.db, metrics)();
    expect(await gauge(metrics, 'keelson_orders_stuck')).toBe(2);
    await database.admin(`update keelson.orders set status = 'filled'`);
    expect(await countStuckOrders(database.db)).toBe(0);
  });
});

describe('the ends of contracts', () => {
  const ENDED = new Date('2026-03-20T14:30:00Z');
  const positions = () =>
    database.admin(
      `select team_id, quantity::float8 as quantity from keelson.positions where symbol = 'ESH6' order by quantity`,
    );

  it('are booked for every team at one price; what nobody can price fails the run, which names it and the command', async () => {
    await database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, expires_at)
       values ('ESH6', 'E', 'future', 'USD', 0.25, 50, $1)`,
      [ENDED],
    );
    for (const [{ teamId, accountId }, quantity] of [
      [team, 1],
      [other, -2],
    ] as const) {
      await database.admin(
        `insert into keelson.positions (account_id, symbol, team_id, quantity, average_price, cost, currency, multiplier, last_executed_at)
         values ($1, 'ESH6', $2, $3, 5000, abs($3::numeric) * 250000, 'USD', 50, now() - interval '1 year')`,
        [accountId, teamId, quantity],
      );
      await database.admin('update keelson.exposures set held = 500000 where account_id = $1', [accountId]);
    }
    const clock = { now: () => new Date(ENDED.getTime() + 120_000) };
    await expect(contractEnds(database.db, clock)()).rejects.toThrow(
      /^2 contracts have expired and did not end\. .*ESH6 in .*: nobody knows its price .*keelson ledger settle/,
    );
    await database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('ESH6', 5010, 5010, 5010, 'paper', $1)`,
      [ENDED],
    );
    await contractEnds(database.db, clock)();
    expect(await positions()).toMatchObject([{ quantity: 0 }, { quantity: 0 }]);
  });
});

describe('retention', () => {
  it('deletes dedupe keys past their end, events of a week ago and bodies of a month ago; receipts and signals stay', async () => {
    const [old, recent] = [await addSignal(database, team, 31), await addSignal(database, other, 29)];
    for (const { teamId } of [team, other]) {
      await database.admin(
        `insert into keelson.webhook_dedupe (team_id, source, dedupe_key, signal_id, expires_at)
         values ($1, 'tradingview', 'over', $2, now() - interval '1 second'), ($1, 'tradingview', 'live', $2, now() + interval '1 minute')`,
        [teamId, old],
      );
      await database.admin(
        `insert into keelson.stream_events (team_id, channel, stream_offset, event, data, created_at)
         values ($1, 'orders', 1, 'order.accepted', '{}', now() - interval '8 days'),
                ($1, 'orders', 2, 'order.accepted', '{}', now() - interval '6 days')`,
        [teamId],
      );
    }
    await receiptRetention(database.db)();
    const read = (text: string) => database.admin(text);
    expect(await read('select distinct dedupe_key from keelson.webhook_dedupe')).toEqual([{ dedupe_key: 'live' }]);
    expect(await read('select stream_offset from keelson.stream_events')).toEqual([
      { stream_offset: '2' },
      { stream_offset: '2' },
    ]);
    const bodies = await database.admin<{ signal_id: string; body: string; sha256: Buffer }>(
      'select signal_id, body, body_sha256 as sha256 from keelson.signals join keelson.receipts using (receipt_id) where signal_id = any($1)',
      [[old, recent]],
    );
    expect(bodies.map(({ signal_id: id, body, sha256 }) => [id, body, sha256.toString('hex')]).sort()).toEqual(
      [
        [old, '', '01'],
        [recent, '{"action":"buy"}', '01'],
      ].sort(),
    );
  });
});
