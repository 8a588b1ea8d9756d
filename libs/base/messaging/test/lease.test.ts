import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until, testDatabase, type TestDatabase } from '@keelson/testkit';
import { Lease } from '../src/lease.ts';
import { Owner } from '../src/owner.ts';
import { pause } from './support.ts';

const NAME = 'listen:test';
const LONG_MS = 30_000;

describe('a lease', () => {
  let database: TestDatabase;
  const owners: Owner[] = [];
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterEach(async () => {
    await Promise.all(owners.splice(0).map((owner) => owner.stop()));
    await database.admin('delete from keelson.leases');
  });
  afterAll(() => database.close());

  const holder = async (forMs = LONG_MS) => {
    const owner = new Owner(database.db);
    await owner.start();
    owners.push(owner);
    return { owner, lease: new Lease(database.db, owner, NAME, forMs) };
  };
  /** Ends the session of an owner from Postgres' side: all that Postgres sees of a process that died. */
  const cutSession = (owner: Owner) =>
    database.admin(
      `select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and objid = $1::bigint::oid and granted
          and database = (select oid from pg_database where datname = current_database())`,
      [owner.number],
    );

  /** Nothing can read the table of leases until the function that this returns was called. */
  const lockedTable = async () => {
    const session = await database.db.connectSession();
    await session.query('begin');
    await session.query('lock table leases');
    return () => session.end();
  };

  it('has one holder of many who ask at once, and keeps its fence when it is renewed', async () => {
    const holders = await Promise.all(Array.from({ length: 5 }, () => holder()));
    const held = await Promise.all(holders.map(({ lease }) => lease.hold()));
    expect(held.filter((one) => one !== undefined)).toHaveLength(1);
    const index = held.findIndex((one) => one !== undefined);
    expect(await holders[index]!.lease.hold()).toEqual(held[index]);
  });

  it('writes nothing while it has long to go, neither for its holder nor for who would like it', async () => {
    const [first, second] = [await holder(), await holder()];
    await first.lease.hold();
    const row = () => database.admin('select xmin, xmax, lease_until from keelson.leases');
    const before = await row();
    expect(await first.lease.hold()).toBeDefined();
    expect(await second.lease.hold()).toBeUndefined();
    expect(await row()).toEqual(before);
  });

  it('costs its holder nothing while it has long to go, and is lost to it with its session', async () => {
    const [first, second] = [await holder(), await holder()];
    const held = await first.lease.hold();
    const freed = await lockedTable();
    expect(await first.lease.hold()).toEqual(held);
    await freed();

    expect(await first.lease.saveCursor(held!.fence, '7')).toBe(true);
    expect(await first.lease.hold()).toEqual({ fence: held!.fence, cursor: '7' });
    await cutSession(first.owner);
    const heir = await until(
      () => second.lease.hold(),
      (one) => one !== undefined,
    );
    expect(heir?.cursor).toBe('7');
    // The first has a new number soon, or none: neither is what it held the lease by.
    await until(
      () => first.lease.hold(),
      (one) => one === undefined,
    );
    expect(await first.lease.saveCursor(held!.fence, '8')).toBe(false);
  });

  it('goes on beyond its first length when its holder asks again', async () => {
    const { lease } = await holder(2_000);
    const held = await lease.hold();
    const until = () => database.admin<{ at: Date }>('select lease_until as at from keelson.leases');
    const [first] = await until();
    let [now] = await until();
    for (const end = Date.now() + 30_000; now!.at <= first!.at && Date.now() < end; [now] = await until()) {
      await pause(50);
      expect((await lease.hold())?.fence).toBe(held!.fence);
    }
    expect(now!.at.getTime()).toBeGreaterThan(first!.at.getTime());
  });

  it('goes to the next soon after its holder’s death, with a newer fence and the cursor', async () => {
    const [first, second] = [await holder(), await holder()];
    const held = await first.lease.hold();
    expect(await first.lease.saveCursor(held!.fence, '42')).toBe(true);
    expect(await second.lease.hold()).toBeUndefined();

    const died = performance.now();
    await cutSession(first.owner);
    let heir = await second.lease.hold();
    while (!heir && performance.now() - died < 10_000) {
      await pause(20);
      heir = await second.lease.hold();
    }
    expect(performance.now() - died).toBeLessThan(3_000);
    expect(heir).toMatchObject({ cursor: '42' });
    expect(BigInt(heir!.fence)).toBeGreaterThan(BigInt(held!.fence));
    expect(await first.lease.saveCursor(held!.fence, '41')).toBe(false);
    expect((await second.lease.hold())?.cursor).toBe('42');
  });

  it('ends by itself when a holder with a living session stops renewing', async () => {
    const [first, second] = [await holder(100), await holder()];
    await first.lease.hold();
    expect(await second.lease.hold()).toBeUndefined();
    await pause(150);
    expect(await second.lease.hold()).toBeDefined();
    expect(await first.lease.hold()).toBeUndefined();
  });

  it('is free at once when it is released, and its holder may lose no other’s', async () => {
    const [first, second] = [await holder(), await holder()];
    await first.lease.hold();
    await second.lease.release();
    expect(await second.lease.hold()).toBeUndefined();
    await first.lease.release();
    expect(await second.lease.hold()).toBeDefined();
  });

  it('cannot be held without a session, and an owner that lost its own comes back under a new number', async () => {
    const { owner, lease } = await holder();
    const before = owner.number;
    await cutSession(owner);
    const until = performance.now() + 2_000;
    while (owner.alive && performance.now() < until) await pause(5);
    expect(owner.alive).toBe(false);
    expect(() => owner.number).toThrow('session that proves its owner alive');
    expect(await lease.hold()).toBeUndefined();
    while (!owner.alive && performance.now() < until) await pause(20);
    expect(owner.number).not.toBe(before);
    expect(await lease.hold()).toBeDefined();
  });
});
