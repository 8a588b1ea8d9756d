import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { moveCapital, readPortfolios, readSnapshots, snapshotTeam } from '../src/index.ts';
import { LedgerWorld } from './support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.start();
  await world.addInstrument('SAP', 'equity', '1', 'EUR');
  await world.addInstrument('EURUSD', 'fx', '1');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.newAccount();
  await world.database.admin('delete from keelson.quotes');
});

const quote = (symbol: string, last: number, at = '2026-03-02T16:00:00Z') =>
  world.database.admin(
    `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ($1, $2, $2, $2, 'test', $3)
     on conflict (symbol) do update set last = excluded.last, at = excluded.at`,
    [symbol, last, at],
  );
const portfolio = async () => {
  const [one] = await world.database.db.transaction(world.team.teamId, (tx) => readPortfolios(tx));
  const { cash, positionsValue, unrealisedProfit, equity, unpriced } = one!;
  return { figures: [cash, positionsValue, unrealisedProfit, equity].map(Number), unpriced };
};

describe('a portfolio', () => {
  it('is worth its cash, its shares at the last price, and of futures what they have won', async () => {
    await world.database.db.transaction(world.team.teamId, (tx) =>
      moveCapital(tx, { ...world.accountOf(), amount: '10000', currency: 'USD', reference: 'in', at: new Date() }),
    );
    await world.fill({ side: 'buy', quantity: 10, price: 100 });
    await world.fill({ side: 'sell', quantity: 1, price: 5_000, symbol: 'ES' });
    await quote('ACME', 110);
    await quote('ES', 4_990);
    expect(await portfolio()).toEqual({ figures: [9_000, 1_100 + 500, 100 + 500, 10_600], unpriced: [] });
  });

  it('counts another currency by the quote of its pair, and says what it has no price for', async () => {
    await world.fill({ side: 'buy', quantity: 10, price: 100, symbol: 'SAP' });
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    expect(await portfolio()).toEqual({ figures: [-100, 100, 0, 0], unpriced: ['ACME', 'EUR', 'SAP'] });
    await quote('SAP', 120);
    await quote('ACME', 100);
    await quote('EURUSD', 1.25);
    expect(await portfolio()).toEqual({ figures: [-1_350, 1_600, 250, 250], unpriced: [] });
  });
});

describe('a snapshot', () => {
  it('keeps a portfolio once per instant', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    const at = new Date('2026-03-02T16:00:00Z');
    await snapshotTeam(world.database.db, world.team.teamId, at);
    await snapshotTeam(world.database.db, world.team.teamId, at);
    const rows = await world.database.db.transaction(world.team.teamId, (tx) => readSnapshots(tx, { limit: 10 }));
    expect(rows).toMatchObject([{ takenAt: at, tradingDay: '2026-03-02', unpriced: ['ACME'] }]);
  });

  it('tells risk what the account is worth, once everything has a price', async () => {
    const funds = async () => {
      await snapshotTeam(world.database.db, world.team.teamId, new Date());
      return world.database.admin<{ equity: number; cash: number }>(
        `select equity::float8 as equity, buying_power::float8 as cash from keelson.account_funds where account_id = $1`,
        [world.team.accountId],
      );
    };
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    expect(await funds()).toEqual([]);
    await quote('ACME', 120);
    expect(await funds()).toEqual([{ equity: 20, cash: -100 }]);
  });

  it('lets what positions have gained count as exposure', async () => {
    await world.fill({ side: 'buy', quantity: 2, price: 100 });
    await quote('ACME', 120);
    await snapshotTeam(world.database.db, world.team.teamId, new Date());
    const rows = await world.database.admin<{ gained: number }>(
      `select appreciated::float8 as gained from keelson.exposures where account_id = $1 and scope = 'account'`,
      [world.team.accountId],
    );
    expect(rows).toEqual([{ gained: 40 }]);
  });

  it('shows open trades the last quote: excursions widen, and never narrow', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    const seen = async () => {
      await snapshotTeam(world.database.db, world.team.teamId, new Date());
      const [row] = await world.database.admin<{ low: number; high: number; source: string }>(
        `select lowest_price::float8 as low, highest_price::float8 as high, excursions_from as source
           from keelson.trades where account_id = $1`,
        [world.team.accountId],
      );
      return row;
    };
    await quote('ACME', 50, '2026-03-02T10:00:00Z');
    expect(await seen()).toEqual({ low: 100, high: 100, source: 'fills' });
    await quote('ACME', 120);
    expect(await seen()).toEqual({ low: 100, high: 120, source: 'quotes' });
    await quote('ACME', 90);
    expect(await seen()).toEqual({ low: 90, high: 120, source: 'quotes' });
    await world.fill({ side: 'sell', quantity: 1, price: 105 });
    await quote('ACME', 10);
    expect(await seen()).toEqual({ low: 90, high: 120, source: 'quotes' });
  });
});
