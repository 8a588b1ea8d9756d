import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { feedAge, PaperQuotes, quoteAges, QuoteFeeder, readQuotes, type StoredQuote } from '@keelson/market';
import { Lease, Owner } from '@keelson/messaging';
import { seedTeam, testDatabase, type TestDatabase, until } from '@keelson/testkit';

const untilTrue = (ask: () => Promise<boolean>) => until(ask, Boolean);

let database: TestDatabase;
let venue: PaperVenue;
let owners: Owner[];
const feeders = new Set<QuoteFeeder>();
const errors: unknown[] = [];

beforeAll(async () => {
  [database, venue] = await Promise.all([
    testDatabase(),
    PaperVenue.start({ env: { HOME: process.env['HOME'] ?? '' } }),
  ]);
  await seedTeam(database);
  // ODD is a symbol that the venue has never named a price of; the calendar keeps the test from depending on the day.
  await database.admin(
    `insert into keelson.instruments (symbol, name, kind, currency, tick_size) values ('ODD', 'Odd', 'equity', 'USD', 0.01)`,
  );
  await database.admin(`update keelson.instruments set calendar = 'ALWAYS'`);
  owners = [new Owner(database.db), new Owner(database.db)];
  await Promise.all(owners.map((owner) => owner.start()));
}, 60_000);
afterEach(async () => {
  await Promise.all([...feeders].map((feeder) => feeder.stop()));
  feeders.clear();
  errors.length = 0;
  await venue.reset();
});
afterAll(async () => {
  await Promise.all(owners.map((owner) => owner.stop()));
  await venue.stop();
  await database.close();
});

function feed(owner: Owner): QuoteFeeder {
  const feeder = new QuoteFeeder({
    database: database.db,
    lease: new Lease(database.db, owner, 'quotes:paper', 2_000),
    source: new PaperQuotes(venue.url),
    every: '20 milliseconds',
    onError: (error) => errors.push(error),
  });
  feeders.add(feeder);
  feeder.start();
  return feeder;
}

const stored = (symbol: string): Promise<StoredQuote | undefined> =>
  database.db.platform(async (tx) => (await readQuotes(tx, [symbol])).get(symbol));
const age = async () => feedAge(await database.db.platform(quoteAges), new Date());

describe('the quote feed', () => {
  it('brings in the prices of every symbol in use, one that the venue did not list among them', async () => {
    feed(owners[0]!);
    await untilTrue(async () => (await stored('ES')) !== undefined && (await stored('ODD')) !== undefined);
    const quote = (await stored('ES'))!;
    expect(quote.source).toBe('paper');
    expect([Number(quote.bid) < Number(quote.last), Number(quote.last) < Number(quote.ask)]).toEqual([true, true]);
  });

  it('keeps them fresh, from one process at a time, and from the next when that one stops', async () => {
    const first = feed(owners[0]!);
    await untilTrue(async () => (await stored('ES')) !== undefined);
    feed(owners[1]!);
    const holders = () =>
      database.admin<{ owner: string }>(`select owner::text from keelson.leases where name = 'quotes:paper'`);
    expect(await holders()).toEqual([{ owner: String(owners[0]!.number) }]);
    await first.stop();
    const before = (await stored('ES'))!.receivedAt;
    await untilTrue(async () => (await stored('ES'))!.receivedAt > before);
    expect(await holders()).toEqual([{ owner: String(owners[1]!.number) }]);
  });

  it('lets prices grow old that the venue does not renew, and the age says so', async () => {
    feed(owners[0]!);
    await untilTrue(async () => (await stored('ES')) !== undefined);
    await venue.control({ quotes_frozen_at: new Date(Date.now() - 60_000).toISOString() });
    // Looks go on and write; what they write is as old as the venue says. One that was under way may still bring a new price.
    await untilTrue(async () => {
      const seen = await age();
      if (seen < 60) await database.admin(`update keelson.quotes set at = clock_timestamp() - interval '5 minutes'`);
      return seen >= 60 && seen < 200;
    });
    await venue.reset();
    await untilTrue(async () => (await age()) < 30);
  });

  it('tells once that the venue fails, keeps what is stored, and goes on when it is back', async () => {
    feed(owners[0]!);
    await untilTrue(async () => (await stored('ES')) !== undefined);
    await venue.control({ unavailable: true });
    await untilTrue(() => Promise.resolve(errors.length > 0));
    const { receivedAt } = (await stored('ES'))!;
    await venue.reset();
    await untilTrue(async () => (await stored('ES'))!.receivedAt > receivedAt);
    expect(errors).toEqual([expect.objectContaining({ message: 'The venue answered 503 to /v1/prices' })]);
  });
});

describe('the age of the feed', () => {
  it('counts only prices of markets that are open', () => {
    const saturday = new Date('2026-11-21T16:00:00Z');
    const ages = [
      { kind: 'equity' as const, calendar: null, ageSeconds: 70_000 },
      { kind: 'crypto' as const, calendar: null, ageSeconds: 3 },
      { kind: 'equity' as const, calendar: 'ALWAYS' as const, ageSeconds: 4 },
    ];
    expect([feedAge(ages, saturday), feedAge(ages, new Date('2026-11-20T16:00:00Z')), feedAge([], saturday)]).toEqual([
      4, 70_000, 0,
    ]);
  });
});
