import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Decimal, type Id } from '@keelson/kernel';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import fc from 'fast-check';
import { adjustExposure, exposureDrifts, repairExposures } from '../src/exposure.store.ts';
import { setLimit } from '../src/limits.store.ts';
import { decideUntilDone, endOrder, exposureOf, hold, placeOrder, receive } from './support.ts';

const CONTRACT = 250_000;

/** Several orders of an account at once, of two strategies, with limits of account, strategy and symbol. */
interface Run {
  readonly orders: readonly { readonly units: number; readonly strategy: 'one' | 'two' }[];
  readonly account: number;
  readonly strategy: number;
  readonly symbol: number;
}
const contracts = (most: number) => fc.integer({ min: 1, max: most });
const runs: fc.Arbitrary<Run> = fc.record({
  orders: fc.array(fc.record({ units: contracts(4), strategy: fc.constantFrom('one' as const, 'two' as const) }), {
    minLength: 2,
    maxLength: 8,
  }),
  account: contracts(12),
  strategy: contracts(12),
  symbol: contracts(12),
});

describe('exposure under concurrency', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  const limit = (team: SeededTeam, scope: string, units: number) =>
    database.db.transaction(team.teamId, async (tx) =>
      setLimit(tx, {
        ...{ accountId: team.accountId, scope, name: 'max_exposure', value: String(units * CONTRACT) },
        ...{ reason: 'a test', actor: 'tester' },
      }),
    );
  const release = (team: SeededTeam, signalId: Id, units: number) =>
    database.db.transaction(team.teamId, async (tx) =>
      adjustExposure(
        tx,
        { accountId: team.accountId, signalId, symbol: team.symbol },
        { reserved: new Decimal(-units * CONTRACT) },
      ),
    );
  const reserved = async (team: SeededTeam, scope: string) =>
    Number((await exposureOf(database, team, scope))!.reserved) / CONTRACT;

  it('never passes the limit of any scope, and comes back to zero when every order has ended', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const team = await seedTeam(database, { maxExposure: String(run.account * CONTRACT) });
        await limit(team, 'strategy:one', run.strategy);
        await limit(team, 'symbol:ES', run.symbol);
        const messages = await Promise.all(
          run.orders.map(({ units, strategy }) => receive(database, team, { quantity: String(units), strategy })),
        );
        const answers = await Promise.all(messages.map((message) => decideUntilDone(database.db, message)));
        const approved = run.orders.flatMap((order, index) =>
          answers[index]![0]!.type === 'order.approved' ? [{ ...order, message: messages[index]! }] : [],
        );
        const sum = (all: readonly { units: number }[]) => all.reduce((total, { units }) => total + units, 0);
        const ofOne = approved.filter(({ strategy }) => strategy === 'one');

        expect(sum(approved)).toBeLessThanOrEqual(Math.min(run.account, run.symbol));
        expect(sum(ofOne)).toBeLessThanOrEqual(run.strategy);
        expect(await reserved(team, 'account')).toBe(sum(approved));
        expect(await reserved(team, 'symbol:ES')).toBe(sum(approved));
        expect(await reserved(team, 'strategy:one')).toBe(sum(ofOne));

        await Promise.all(approved.map(({ message, units }) => release(team, message.payload.signalId, units)));
        for (const scope of ['account', 'symbol:ES', 'strategy:one']) expect(await reserved(team, scope)).toBe(0);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('of what shrinks a position reserves nothing, also when the limit is used up, and turns it never', async () => {
    const team = await seedTeam(database, { maxExposure: String(3 * CONTRACT), maySellShort: false });
    await hold(database, team, '3');
    const sales = await Promise.all(
      Array.from({ length: 6 }, () => receive(database, team, { quantity: '1', side: 'sell', reduceOnly: true })),
    );
    // Each that is approved becomes an open order at once, as place does in the same commit.
    const outcomes: string[] = [];
    for (const sale of sales) {
      const [answer] = await decideUntilDone(database.db, sale);
      outcomes.push(answer!.type);
      if (answer!.type === 'order.approved') await placeOrder(database, sale, { reserved: '0' });
    }
    expect(outcomes.filter((type) => type === 'order.approved')).toHaveLength(3);
    expect(await exposureOf(database, team)).toEqual({ held: '750000', reserved: '0' });
  });

  it('drifts are found by their numbers, in every scope, and repaired', async () => {
    const team = await seedTeam(database);
    await limit(team, 'symbol:ES', 10);
    const message = await receive(database, team, { quantity: '2' });
    await decideUntilDone(database.db, message);
    const find = async () => {
      const drifts = await database.db.platform((tx) => exposureDrifts(tx));
      return drifts
        .filter(({ accountId }) => accountId === team.accountId)
        .map((one) => [one.scope, Number(one.reserved), Number(one.openRemainder)])
        .sort();
    };
    // Approved and lost: nothing in the outbox, and no order.
    expect(await find()).toEqual([
      ['account', 500_000, 0],
      ['symbol:ES', 500_000, 0],
    ]);
    const order = await placeOrder(database, message, { reserved: '500000' });
    expect(await find()).toEqual([]);
    await endOrder(database, order);
    expect(await find()).toHaveLength(2);
    expect(await database.db.transaction(team.teamId, (tx) => repairExposures(tx, team.accountId))).toBe(2);
    expect(await find()).toEqual([]);
    expect(await exposureOf(database, team)).toEqual({ held: '0', reserved: '0' });
  });
});
