import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@keelson/kernel';
import { closeDay, moveCapital, reproduceStatement, type Statement } from '../src/index.ts';
import { insertStatement, lockLedger } from '../src/statements.store.ts';
import { LedgerWorld, SOUND } from './support/ledger-world.ts';

const MONDAY = '2026-03-02';
const TUESDAY = '2026-03-03';
const LATER = new Date('2026-03-20T12:00:00Z');

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.newAccount());

const close = (day: string, now = LATER) => closeDay(world.database.db, { ...world.accountOf(), day, now });

const deposit = (amount: string, reference: string, at = `${MONDAY}T14:00:00Z`, currency = 'USD') =>
  world.database.db.transaction(world.team.teamId, (tx) =>
    moveCapital(tx, { ...world.accountOf(), amount, currency, reference, at: new Date(at) }),
  );

/** Until a connection of this database waits for the lock that books and closes share. */
async function untilSomebodyWaits(): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(10)) {
    const waiting = await world.database.admin(
      `select from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
    );
    if (waiting.length > 0) return;
  }
  throw new Error('Nobody came to wait for the books');
}

describe('the close of a day', () => {
  it('gives a statement: opening, what moved by cause, closing, what is held', async () => {
    await deposit('10000', 'first');
    await world.fill({ side: 'buy', quantity: 10, price: 100, fee: '1' });
    await world.fill({ side: 'sell', quantity: 4, price: 110, fee: '1' });
    const monday = await close(MONDAY);
    expect(monday).toMatchObject({
      outcome: 'closed',
      statement: {
        trading_day: MONDAY,
        since: null,
        currencies: [
          {
            currency: 'USD',
            opening: '0',
            moved: { deposits: '10000', trading: '-560', fees: '-2' },
            closing: '9438',
            realised_profit: '40',
          },
        ],
        positions: [{ symbol: 'ACME', currency: 'USD', quantity: '6', cost: '600' }],
        entries: 3,
      },
    });
    const tuesday = await close(TUESDAY);
    expect(tuesday).toMatchObject({
      statement: { since: MONDAY, currencies: [{ opening: '9438', moved: {}, closing: '9438' }], entries: 0 },
    });
  });

  it('comes out the same when it is asked for again, and when it is made again after more trading', async () => {
    await world.fill({ side: 'buy', quantity: 3, price: '33.33', fee: '0.35' });
    const first = await close(MONDAY);
    await world.fill({ side: 'sell', quantity: 3, price: '40', at: `${TUESDAY}T15:00:00Z` });
    const again = await close(MONDAY);
    expect(again).toEqual({ ...first, outcome: 'already_closed' });
    const made = await world.database.db.transaction(world.team.teamId, (tx) =>
      reproduceStatement(tx, world.team.accountId, MONDAY),
    );
    const [given] = await world.database.admin<{ hash: string }>(
      'select content_sha256 as hash from keelson.statements where account_id = $1',
      [world.team.accountId],
    );
    expect(made.hash).toBe(given!.hash);
  });

  it('counts a late bust to the open day, with a reference to what it takes back', async () => {
    await deposit('1000', 'first');
    const wrong = await world.fill({ side: 'buy', quantity: 5, price: 100, fee: '1' });
    const monday = await close(MONDAY);
    await world.run(world.bustOf(wrong, `${MONDAY}T20:00:00.000Z`));
    expect(await close(MONDAY)).toEqual({ ...monday, outcome: 'already_closed' });
    expect(await close(TUESDAY)).toMatchObject({
      outcome: 'closed',
      statement: {
        currencies: [{ opening: '499', moved: { trading: '500', fees: '1' }, closing: '1000' }],
        positions: [],
        corrections: [{ of_day: MONDAY, reference: 'clearly erroneous' }],
      },
    });
    expect(await world.audit()).toEqual(SOUND);
  });

  it('counts a fill that comes late to the open day', async () => {
    await close(MONDAY);
    await world.fill({ side: 'buy', quantity: 1, price: 100, fee: '1' });
    expect((await world.books()).days).toEqual([[TUESDAY, 'USD', 0, 1, 1]]);
  });

  it('keeps a fill waiting that comes while it works, and counts it to the open day', async () => {
    const message = await world.prepare({ side: 'buy', quantity: 1, price: 100, fee: '1' });
    const { teamId, accountId } = world.accountOf();
    let booked: Promise<void> | undefined;
    await world.database.db.transaction(teamId, async (tx) => {
      await lockLedger(tx, accountId);
      booked = world.run(message);
      await untilSomebodyWaits();
      const statement = { account_id: accountId, trading_day: MONDAY } as Statement;
      insertStatement(tx, newId(), statement, 'hash');
    });
    await booked;
    expect((await world.books()).days).toEqual([[TUESDAY, 'USD', 0, 1, 1]]);
    expect(await world.audit()).toEqual(SOUND);
  });

  it('replays fills that came in another order before it writes anything', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 100, at: `${MONDAY}T15:00:01Z` });
    await world.fill({ side: 'sell', quantity: 1, price: 120, at: `${MONDAY}T15:00:03Z` });
    await world.fill({ side: 'buy', quantity: 1, price: 90, at: `${MONDAY}T15:00:02Z` });
    expect((await world.books()).positions).toEqual([['ACME', 1, 90, 90, 20]]);
    expect(await close(MONDAY)).toMatchObject({
      outcome: 'closed',
      statement: { currencies: [{ realised_profit: '25' }], positions: [{ quantity: '1', cost: '95' }] },
    });
    const told = (await world.told()).slice(-3);
    expect(told.map(({ type }) => type).toSorted()).toEqual(['entry.posted', 'trade.updated', 'trade.updated']);
    expect(await world.audit()).toEqual(SOUND);
  });
});

describe('the close refuses', () => {
  it('a day that is not over: it ends at five in New York', async () => {
    expect(await close(MONDAY, new Date(`${MONDAY}T21:59:59Z`))).toEqual({
      outcome: 'refused',
      reasons: ['the trading day 2026-03-02 is not over'],
    });
    expect(await close(MONDAY, new Date(`${MONDAY}T22:00:00Z`))).toMatchObject({ outcome: 'closed' });
  });

  it('a day before one that is closed', async () => {
    await close(TUESDAY);
    expect(await close(MONDAY)).toMatchObject({ outcome: 'refused' });
  });

  it.each([
    [
      'a difference with the venue',
      `insert into keelson.reconciliation_drifts (drift_id, team_id, account_id, broker, kind, subject, treatment)
       values (gen_random_uuid(), $2, $1, 'paper', 'missed_fill', 'execution 7', 'operator')`,
      'venue: missed_fill of execution 7',
    ],
    [
      'an account that was not compared',
      `update keelson.reconciliations set state = 'unknown' where account_id = $1 and team_id = $2`,
      'venue: the last comparison came out unknown',
    ],
    [
      'a fill that waits to be booked',
      `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload)
       values (gen_random_uuid(), 'book', $2, gen_random_uuid(), 'order.filled', 'x', jsonb_build_object('accountId', $1::text))`,
      'book: 1 fills or busts are not booked yet',
    ],
    [
      'a position that is not what its entries say',
      `update keelson.positions set quantity = 2 where account_id = $1 and team_id = $2`,
      'position: ACME is 2',
    ],
    [
      'cash that is not what its entries say',
      `update keelson.balances set cash = 5 where account_id = $1 and team_id = $2`,
      'cash: USD is 5',
    ],
  ])('while there is %s', async (_, damage, reason) => {
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    const { accountId, teamId } = world.accountOf();
    await world.database.admin(damage.replaceAll('$1', `'${accountId}'::uuid`).replaceAll('$2', `'${teamId}'::uuid`));
    const outcome = await close(MONDAY);
    expect(outcome).toMatchObject({ outcome: 'refused', reasons: [expect.stringContaining(reason)] });
  });
});

describe('a deposit', () => {
  it('is booked once per reference, and withdrawn again', async () => {
    expect(await deposit('500', 'a')).toHaveLength(1);
    expect(await deposit('500', 'a')).toEqual([]);
    await deposit('-200', 'b');
    expect(await world.books()).toMatchObject({ cash: { USD: '300' }, accounts: { 'capital USD': '-300' } });
  });
});
