import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Id } from '@keelson/kernel';
import { RedisServer, seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { StreamFeed } from '../src/stream-feed.ts';
import { ClientInMemory, range } from './client-in-memory.ts';
import { EventWriter } from './event-writer.ts';

let database: TestDatabase;
let redis: RedisServer;
let feed: StreamFeed;
let writer: EventWriter;
let teamId: Id;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), RedisServer.start()]);
});
afterAll(async () => {
  await Promise.all([database.close(), redis.remove()]);
});
beforeEach(async () => {
  ({ teamId } = await seedTeam(database));
  feed = new StreamFeed({ database: database.db, redisUrl: redis.url, onTrouble: () => undefined });
  feed.start();
  writer = new EventWriter(database.db, redis.url, teamId);
  await hintsFlow(true);
});
afterEach(() => {
  feed.stop();
  writer.close();
});

async function hintsFlow(wanted: boolean): Promise<void> {
  while (feed.hintsFlow !== wanted) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function subscribe(start: { since?: number; epoch?: string } = {}): Promise<ClientInMemory> {
  const client = new ClientInMemory();
  await feed.attach(teamId, client).subscribe('orders', start);
  return client;
}

const told = (client: ClientInMemory) => client.told.map((frame) => frame.type);

describe('live', () => {
  it('delivers a hint that comes in order without asking Postgres', async () => {
    const client = await subscribe();
    const frames = await writer.commit(3);
    const before = database.db.counters.roundTrips;
    await writer.hint(frames);
    await client.reach(3);
    expect(database.db.counters.roundTrips).toBe(before);
    expect(client.events).toEqual(frames);
  });

  it('reads from Postgres what a lost hint did not bring, and delivers it first', async () => {
    const client = await subscribe();
    await writer.commit(4);
    await writer.write(1);
    await client.reach(5, 500);
    expect(client.offsets('orders')).toEqual(range(1, 5));
  });

  it('finds an event whose hint was lost and that nothing follows', async () => {
    const client = await subscribe();
    await writer.commit(1);
    await client.reach(1, 3_000);
    expect(client.offsets('orders')).toEqual([1]);
  });

  it('reads an event from Postgres as the hint would have brought it', async () => {
    const live = await subscribe();
    const frames = JSON.parse(JSON.stringify(await writer.write(1))) as unknown;
    await live.reach(1);
    const later = await subscribe({ since: 0 });
    expect(later.events).toEqual(frames);
    expect(JSON.parse(JSON.stringify(live.events))).toEqual(frames);
  });

  it("shows a team nothing of another team's events", async () => {
    const client = await subscribe();
    const other = await seedTeam(database);
    const otherWriter = new EventWriter(database.db, redis.url, other.teamId);
    await otherWriter.write(3);
    otherWriter.close();
    await writer.write(1);
    await client.reach(1);
    expect(client.events).toHaveLength(1);
  });
});

describe('resume', () => {
  it('goes on after any retained offset, across pages', async () => {
    await writer.commit(600);
    for (const since of [0, 1, 249, 250, 251, 599, 600]) {
      const client = await subscribe({ since });
      expect(client.told).toEqual([expect.objectContaining({ type: 'subscribed', offset: 600 })]);
      expect(client.offsets('orders')).toEqual(range(since + 1, 600));
    }
    const { stream_offset: oldest } = (
      await database.admin<{ stream_offset: string }>(
        `delete from keelson.stream_events where team_id = $1 and stream_offset <= 300
         returning (select 301) as stream_offset`,
        [teamId],
      )
    )[0]!;
    const client = await subscribe({ since: Number(oldest) - 1 });
    expect(client.offsets('orders')).toEqual(range(301, 600));
  });

  it('says resync when what was asked for is not retained, and goes on live', async () => {
    await writer.commit(10);
    await database.admin('delete from keelson.stream_events where team_id = $1 and stream_offset <= 5', [teamId]);
    const client = await subscribe({ since: 4 });
    expect(client.told.at(-2)).toMatchObject({ type: 'resync', offset: 10, reason: expect.stringContaining('6') });
    await writer.write(1);
    await client.reach(11);
    expect(client.offsets('orders')).toEqual([11]);
  });

  it('says resync when the offset has not happened, or the epoch is another one', async () => {
    await writer.commit(2);
    const ahead = await subscribe({ since: 3 });
    expect(told(ahead)).toEqual(['resync', 'subscribed']);
    const other = await subscribe({ since: 1, epoch: 'another' });
    expect(told(other)).toEqual(['resync', 'subscribed']);
    expect([...ahead.events, ...other.events]).toEqual([]);
  });

  it('says resync to who listens when the log becomes a new one', async () => {
    const client = await subscribe();
    await writer.write(2);
    await client.reach(2);
    await database.admin('delete from keelson.stream_epochs');
    await database.admin('insert into keelson.stream_epochs default values');
    await writer.write(1);
    await writer.write(1);
    while (!told(client).includes('resync')) await new Promise((resolve) => setTimeout(resolve, 5));
    await writer.write(1);
    await client.reach(5);
    const epochs = new Set(client.events.map(({ epoch }) => epoch));
    expect(epochs.size).toBe(2);
  });

  it('says resync to who listens when the log was set back', async () => {
    const client = await subscribe();
    await writer.write(5);
    await client.reach(5);
    await database.admin('delete from keelson.stream_events where team_id = $1 and stream_offset > 2', [teamId]);
    await database.admin('update keelson.stream_offsets set orders = 2 where team_id = $1', [teamId]);
    const end = Date.now() + 3_000;
    while (!told(client).includes('resync') && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.told.find((frame) => frame.type === 'resync')).toMatchObject({ offset: 2 });
  });
});

describe('without Redis', () => {
  it('misses and doubles nothing when Redis is killed and emptied while events flow', async () => {
    const client = await subscribe();
    let writing = true;
    const flow = (async () => {
      for (let count = 0; writing; count += 1) {
        await writer.write(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (count > 5_000) throw new Error('the test did not stop its events');
      }
    })();
    await client.reach(20);
    await redis.end('SIGKILL');
    redis.deleteData();
    await hintsFlow(false);
    const atOutage = client.events.length;
    await client.reach(atOutage + 50);
    await redis.restart();
    await hintsFlow(true);
    await client.reach(client.events.length + 50);
    writing = false;
    await flow;
    const { orders: last } = (
      await database.admin<{ orders: string }>('select orders from keelson.stream_offsets where team_id = $1', [teamId])
    )[0]!;
    await client.reach(Number(last));
    expect(client.offsets('orders')).toEqual(range(1, Number(last)));
    expect(told(client)).toEqual(['subscribed']);
  });
});
