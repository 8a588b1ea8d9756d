import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import {
  claimMessage,
  deleteMessage,
  insertMessage,
  outboxDepth,
  postponeMessage,
  takeMessage,
} from '../src/outbox.store.ts';
import { Owner } from '../src/owner.ts';
import type { WakeUp } from '../src/step.ts';
import { leave, pause, sweep } from './support.ts';

describe('the outbox', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  let owner: Owner;
  let other: Owner;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
    [owner, other] = [new Owner(database.db), new Owner(database.db)];
    await Promise.all([owner.start(), other.start()]);
  });
  afterEach(() => database.admin('delete from keelson.outbox'));
  afterAll(async () => {
    await Promise.all([owner.stop(), other.stop()]);
    await database.close();
  });

  const take = (wakeUp: WakeUp, fence?: string) =>
    database.db.transaction(team.teamId, (tx) => takeMessage(tx, wakeUp, fence));

  it('hands a message over as it was left, and has a message once, however often it is left', async () => {
    const { message, wakeUp } = await leave(database.db, team.teamId);
    await database.db.transaction(team.teamId, async (tx) => insertMessage(tx, message, 'decide', message.key));
    expect(await database.db.relay((tx) => outboxDepth(tx))).toMatchObject({ depth: 1 });
    expect(await take(wakeUp)).toEqual(message);
  });

  it('gives a message to one of two who want it at once', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const done = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.db.transaction(team.teamId, async (tx) => {
          const message = await takeMessage(tx, wakeUp, undefined);
          if (!message) return false;
          await pause(30);
          deleteMessage(tx, wakeUp.outboxId, 'decide');
          return true;
        }),
      ),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await take(wakeUp)).toBeUndefined();
  });

  it('leaves a fresh message to its wake-up for the time of grace, then the sweep takes it', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    expect(await sweep(database.db, { owner: owner.number, graceMs: 5_000 })).toEqual([]);
    const taken = await sweep(database.db, { owner: owner.number });
    expect(taken).toEqual([{ ...wakeUp, fence: taken[0]?.fence }]);
  });

  it('hides a message under a living lease from sweeps and from late wake-ups', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const [held] = await sweep(database.db, { owner: owner.number });
    expect(await sweep(database.db, { owner: other.number })).toEqual([]);
    expect(await take(wakeUp)).toBeUndefined();
    expect(await take(wakeUp, held!.fence)).toBeDefined();
  });

  it('takes what a dead owner holds at once, or only after the lease when liveness is off', async () => {
    await leave(database.db, team.teamId);
    const dead = new Owner(database.db);
    await dead.start();
    await sweep(database.db, { owner: dead.number, leaseMs: 600 });
    await dead.stop();
    // Postgres notices the closed socket a moment later.
    await pause(100);
    expect(await sweep(database.db, { owner: other.number, liveness: false })).toEqual([]);
    expect(await sweep(database.db, { owner: other.number, leaseMs: 300 })).toHaveLength(1);
    expect(await sweep(database.db, { owner: owner.number, liveness: false })).toEqual([]);
    await pause(350);
    expect(await sweep(database.db, { owner: owner.number, liveness: false })).toHaveLength(1);
  });

  it('refuses the fence of a lease that another has taken over, and accepts the newer one', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const [first] = await sweep(database.db, { owner: owner.number, leaseMs: 0 });
    await pause(5);
    const [second] = await sweep(database.db, { owner: other.number });
    expect(BigInt(second!.fence)).toBeGreaterThan(BigInt(first!.fence));
    expect(await take(wakeUp, first!.fence)).toBeUndefined();
    expect(await take(wakeUp, second!.fence)).toBeDefined();
  });

  it('is postponed by whoever failed, but not under the lease of another', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const postpone = ({ number }: Owner) =>
      database.db.transaction(team.teamId, async (tx) => postponeMessage(tx, wakeUp, number, 200));
    await postpone(owner);
    expect(await sweep(database.db, { owner: owner.number })).toEqual([]);
    await pause(250);
    const [held] = await sweep(database.db, { owner: other.number });
    await postpone(owner);
    await pause(250);
    expect(await sweep(database.db, { owner: owner.number })).toEqual([]);
    expect(await take(wakeUp, held!.fence)).toBeDefined();
  });

  it('gives a claim a newer fence than any before', async () => {
    const { message, wakeUp } = await leave(database.db, team.teamId);
    const [held] = await sweep(database.db, { owner: owner.number });
    const claim = { step: 'decide', signalId: wakeUp.signalId, owner: owner.number, leaseMs: 1_000 } as const;
    const fence = await database.db.transaction(team.teamId, (tx) => claimMessage(tx, message, claim));
    expect(BigInt(fence)).toBeGreaterThan(BigInt(held!.fence));
    expect(await take(wakeUp, held!.fence)).toBeUndefined();
  });

  it('is swept by two at once without either getting what the other got, oldest first', async () => {
    const left = [];
    for (let index = 0; index < 20; index += 1) left.push((await leave(database.db, team.teamId)).wakeUp.outboxId);
    const first = await sweep(database.db, { owner: owner.number, limit: 5 });
    expect(first.map(({ outboxId }) => outboxId).sort()).toEqual(left.slice(0, 5).sort());
    const both = await Promise.all([owner, other].map(({ number }) => sweep(database.db, { owner: number })));
    const ids = both.flat().map(({ outboxId }) => outboxId);
    expect(ids.sort()).toEqual(left.slice(5).sort());
  });
});
