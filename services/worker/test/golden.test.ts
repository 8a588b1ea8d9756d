import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { setTradingState } from '@keelson/risk';
import { until } from '@keelson/testkit';
import { Desk } from './support/desk.ts';
import { ALL_STEPS } from './support/pipeline-settings.ts';
import { World } from './support/world.ts';

/**
 * Each scenario says what the venue has, what is reserved and held, and what was posted, to the last cent. ES has a
 * multiplier of 50; prices stand still unless a test moves them, and resting orders are filled by hand at the venue.
 */
let world: World;
let desk: Desk;

beforeEach(async () => {
  world = await World.start();
  desk = new Desk(world);
  await desk.price('ES', '5000');
}, 30_000);
afterEach(() => world.close());

/** Events that tell of the signal itself; those of exits and legs come in whatever order the venue answers. */
async function story(signalId: Parameters<Desk['told']>[0]): Promise<string[]> {
  return (await desk.told(signalId)).filter((event) => event.startsWith('order.'));
}

describe('a bracket', () => {
  const fields = { type: 'limit', limit_price: '4990', take_profit: '5100', stop_loss: '4900' };

  it('whose entry is filled in part and cancelled: exits cover what was filled, and share one remainder', async () => {
    await world.run();
    const signal = await world.accept({ quantity: '10', fields });
    await desk.untilOrders(signal, ['entry.0 buy 10 ES limit 4990: accepted, filled 0']);
    expect(await desk.sums()).toEqual({ postings: {}, exposure: 'reserved 2500000, held 0' });

    await desk.fill(await desk.order(signal, 'entry.0'), '4', '4990');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: partially_filled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: accepted, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: accepted, filled 0',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 1500000, held 998000');

    await desk.cancel(await desk.order(signal, 'entry.0'));
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: cancelled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: accepted, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: accepted, filled 0',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 998000');

    await desk.fill(await desk.order(signal, 'take_profit.0'), '1', '5100');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: cancelled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: partially_filled, filled 1',
      'stop_loss.0 sell 4 ES stop 4900: replaced, filled 0',
      'stop_loss.1 sell 3 ES stop 4900: accepted, filled 0',
    ]);

    await desk.price('ES', '5100');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: cancelled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: filled, filled 4',
      'stop_loss.0 sell 4 ES stop 4900: replaced, filled 0',
      'stop_loss.1 sell 3 ES stop 4900: cancelled, filled 0',
    ]);
    expect(await desk.atVenue()).toEqual([
      'buy 10 ES limit 4990: cancelled',
      'sell 3 ES stop 4900 reduce-only: cancelled',
      'sell 4 ES limit 5100 reduce-only: filled',
      'sell 4 ES stop 4900 reduce-only: replaced',
    ]);
    // 4 contracts from 4,990 to 5,100, 50 a point.
    expect(await desk.sums()).toEqual({
      postings: { cash: '22000', realised_profit: '-22000' },
      exposure: 'reserved 0, held 0',
    });
    expect(await story(signal)).toEqual(['order.accepted', 'order.partially_filled', 'order.cancelled']);
  }, 60_000);

  it('whose entry goes on filling: its exits grow with it, one replacement at a time', async () => {
    await world.run();
    const signal = await world.accept({ quantity: '10', fields });
    await desk.untilOrders(signal, ['entry.0 buy 10 ES limit 4990: accepted, filled 0']);
    await desk.fill(await desk.order(signal, 'entry.0'), '4', '4990');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: partially_filled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: accepted, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: accepted, filled 0',
    ]);
    await desk.fill(await desk.order(signal, 'entry.0'), '6', '4990');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: filled, filled 10',
      'take_profit.0 sell 4 ES limit 5100: replaced, filled 0',
      'take_profit.1 sell 10 ES limit 5100: accepted, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: replaced, filled 0',
      'stop_loss.1 sell 10 ES stop 4900: accepted, filled 0',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 2495000');

    await desk.price('ES', '4900');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: filled, filled 10',
      'take_profit.0 sell 4 ES limit 5100: replaced, filled 0',
      'take_profit.1 sell 10 ES limit 5100: cancelled, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: replaced, filled 0',
      'stop_loss.1 sell 10 ES stop 4900: filled, filled 10',
    ]);
    expect(await desk.sums()).toEqual({
      postings: { cash: '-45000', realised_profit: '45000' },
      exposure: 'reserved 0, held 0',
    });
    expect((await story(signal)).at(-1)).toBe('order.filled');
  }, 60_000);
});

describe('exits', () => {
  const fields = { type: 'limit', limit_price: '4990', take_profit: '5100', stop_loss: '4900' };
  const filledInPart = [
    'entry.0 buy 10 ES limit 4990: partially_filled, filled 4',
    'take_profit.0 sell 4 ES limit 5100: accepted, filled 0',
    'stop_loss.0 sell 4 ES stop 4900: accepted, filled 0',
  ];
  const working = async () => {
    await world.run();
    const signal = await world.accept({ quantity: '10', fields });
    await desk.untilOrders(signal, ['entry.0 buy 10 ES limit 4990: accepted, filled 0']);
    return { signal, entry: await desk.order(signal, 'entry.0') };
  };
  const setState = (to: 'HALTED' | 'ACTIVE') =>
    setTradingState(
      world.database.db,
      { scope: { kind: 'team', teamId: world.team.teamId }, to, reason: 'a test', actor: 'a test' },
      () => undefined,
    );

  it('are placed for what is filled during a halt', async () => {
    const { signal, entry } = await working();
    await setState('HALTED');
    await desk.fill(entry, '4', '4990');
    await desk.untilOrders(signal, filledInPart);
  }, 60_000);

  it('never leave while a halt is in force that takes protective orders too', async () => {
    const { signal, entry } = await working();
    await setState('HALTED');
    await world.database.admin(
      `insert into keelson.halts (halt_id, team_id, scope, cancel_all, flatten, phase, halt_generation, origin, reason, actor, proof,
                                  finished_at)
       select $2, $1, t.scope, true, false, 'done', t.halt_generation, 'operator', 'test', 'test', '{}', now()
         from keelson.trading_states t where t.scope = 'team:' || $1::uuid`,
      [world.team.teamId, newId()],
    );
    await desk.fill(entry, '4', '4990');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: partially_filled, filled 4',
      'take_profit.0 sell 4 ES limit 5100: cancelled, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: cancelled, filled 0',
    ]);
    // The venue's last word is that fill, and nothing else is there.
    expect(await desk.atVenue()).toEqual(['buy 10 ES limit 4990: filled']);
  }, 60_000);

  it('that the venue does not replace are cancelled and placed anew, never both at once', async () => {
    const { signal, entry } = await working();
    await desk.fill(entry, '4', '4990');
    await desk.untilOrders(signal, filledInPart);
    await world.venue.control({ reject_next: 2 });
    await desk.fill(entry, '3', '4990');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: partially_filled, filled 7',
      'take_profit.0 sell 4 ES limit 5100: cancelled, filled 0',
      'take_profit.1 sell 7 ES limit 5100: rejected, filled 0',
      'take_profit.2 sell 7 ES limit 5100: accepted, filled 0',
      'stop_loss.0 sell 4 ES stop 4900: cancelled, filled 0',
      'stop_loss.1 sell 7 ES stop 4900: rejected, filled 0',
      'stop_loss.2 sell 7 ES stop 4900: accepted, filled 0',
    ]);
    const log = await world.venue.log();
    for (const role of ['take_profit', 'stop_loss']) {
      const [first, last] = [await desk.order(signal, `${role}.0`), await desk.order(signal, `${role}.2`)];
      const ended = log.findIndex(
        (line) => line['client_order_id'] === first.clientOrderId && line['type'] === 'cancelled',
      );
      const placed = log.findIndex((line) => line.kind === 'order' && line['client_order_id'] === last.clientOrderId);
      expect([ended >= 0, placed > ended]).toEqual([true, true]);
    }
  }, 60_000);
});

describe('a spread', () => {
  it('of which a leg fails: whole spreads stay, what is beyond them is unwound, and nothing stays reserved', async () => {
    await world.database.admin(`
      insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
        values ('AAA', 'A', 'equity', 'USD', 0.01, 1), ('BBB', 'B', 'equity', 'USD', 0.01, 1)`);
    await world.database.admin(`
      insert into keelson.instrument_aliases (ticker, symbol) values ('AAA', 'AAA'), ('BBB', 'BBB')`);
    await Promise.all(['AAA', 'BBB'].map((symbol) => desk.price(symbol, '100')));
    await world.run();
    const legs = [
      { ticker: 'AAA', action: 'buy', price: '101' },
      { ticker: 'BBB', action: 'sell', ratio: 2, price: '120' },
    ];
    const signal = await world.accept({ quantity: '3', fields: { ticker: 'AAA', type: 'limit', legs, price: '1' } });
    await desk.untilOrders(signal, [
      'leg.0 buy 3 AAA limit 101: filled, filled 3',
      'leg.0 sell 6 BBB limit 120: accepted, filled 0',
    ]);
    await desk.fill(await desk.order(signal, 'leg.0 sell'), '3', '120');
    await desk.untilOrders(signal, [
      'leg.0 buy 3 AAA limit 101: filled, filled 3',
      'leg.0 sell 6 BBB limit 120: partially_filled, filled 3',
    ]);
    await desk.end(await desk.order(signal, 'leg.0 sell'));
    // 3 of B are one whole spread of two, and one too many; A keeps one for it.
    await desk.untilOrders(signal, [
      'leg.0 buy 3 AAA limit 101: filled, filled 3',
      'leg.0 sell 6 BBB limit 120: cancelled, filled 3',
      'unwind.0 sell 2 AAA market: filled, filled 2',
      'unwind.0 buy 1 BBB market: filled, filled 1',
    ]);
    expect(await desk.atVenue()).toEqual([
      'buy 1 BBB market reduce-only: filled',
      'buy 3 AAA limit 101: filled',
      'sell 2 AAA market reduce-only: filled',
      'sell 6 BBB limit 120: cancelled',
    ]);
    expect(await story(signal)).toEqual(['order.cancelled']);
    const { exposure, postings } = await desk.sums();
    // One of A for 100, two of B sold at 120 each.
    expect(exposure).toBe('reserved 0, held 340');
    expect(postings).toEqual({ cash: '160', 'position:AAA': '100', 'position:BBB': '-240', realised_profit: '-20' });
  }, 60_000);
});

describe('a vertical', () => {
  it('holds the most that it can lose while it is open, in parts and after one is closed, and nothing in the end', async () => {
    await world.database.admin(`
      insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier) values ('UND', 'U', 'equity', 'USD', 0.01, 1)`);
    await world.database.admin(`
      insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, expires_at, underlying, strike, option_right)
      select 'UC' || strike, 'U', 'option', 'USD', 0.01, 100, now() + interval '30 days', 'UND', strike, 'call'
        from (values (100), (110)) as s (strike)`);
    await world.database.admin(`
      insert into keelson.instrument_aliases (ticker, symbol) values ('UND', 'UND'), ('UC100', 'UC100'), ('UC110', 'UC110')`);
    await Promise.all([desk.price('UC100', '4.9'), desk.price('UC110', '2')]);
    await world.run();
    const spread = (quantity: string, [first, second]: readonly [string, string], price: string) => {
      const legs = [
        { ticker: 'UC100', action: first, price: '5' },
        { ticker: 'UC110', action: second, price: '2' },
      ];
      return world.accept({ quantity, fields: { ticker: 'UND', legs, price } });
    };
    const held = async () => (await desk.sums()).exposure;

    const opened = await spread('2', ['buy', 'sell'], '3');
    await desk.untilOrders(opened, [
      'leg.0 buy 2 UC100 market: filled, filled 2',
      'leg.0 sell 2 UC110 market: filled, filled 2',
    ]);
    // 2.90 paid for each of two hundred: its worst end. Its legs cost 1,380 together.
    expect(await held()).toBe('reserved 0, held 580');

    const closed = await spread('1', ['sell', 'buy'], '3');
    await desk.untilOrders(closed, [
      'leg.0 sell 1 UC100 market: filled, filled 1',
      'leg.0 buy 1 UC110 market: filled, filled 1',
    ]);
    expect(await held()).toBe('reserved 0, held 290');
    const truth = await world.database.admin<{ held: number }>(
      `select held::float8 as held from keelson.exposure_truth($1, 'account')`,
      [world.team.accountId],
    );
    expect(truth).toEqual([{ held: 290 }]);

    await spread('1', ['sell', 'buy'], '3');
    await until(held, (now) => now === 'reserved 0, held 0');
  }, 60_000);
});

describe('an instrument in another currency', () => {
  it('is held at the rate of its approval, and nothing of it stays held', async () => {
    await world.database.admin(`
      insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, calendar)
      values ('EURUSD', 'euro', 'fx', 'USD', 0.0001, 1, 'FX'), ('FDAX', 'DAX', 'future', 'EUR', 1, 25, 'ALWAYS')`);
    await world.database.admin(`insert into keelson.instrument_aliases (ticker, symbol) values ('FDAX', 'FDAX')`);
    await world.database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('EURUSD', 1.1, 1.1, 1.1, 'test', now())`,
    );
    await desk.price('FDAX', '20000');
    await world.run();
    const bought = await world.accept({ quantity: '2', fields: { ticker: 'FDAX', price: '20000' } });
    await desk.untilOrders(bought, ['entry.0 buy 2 FDAX market: filled, filled 2']);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 1100000');
    const sold = await world.accept({ side: 'sell', quantity: '2', fields: { ticker: 'FDAX', price: '20000' } });
    await desk.untilOrders(sold, ['entry.0 sell 2 FDAX market: filled, filled 2']);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 0');
  }, 60_000);
});

describe('a replacement', () => {
  it('that a fill outruns is refused, never too much; asked again, it takes the place of what is open', async () => {
    const withoutReplace = await world.run({ steps: ALL_STEPS.filter((step) => step !== 'replace') });
    const signal = await world.accept({ quantity: '10', fields: { type: 'limit', limit_price: '4990' } });
    await desk.untilOrders(signal, ['entry.0 buy 10 ES limit 4990: accepted, filled 0']);
    const entry = await desk.order(signal, 'entry.0');
    expect(await desk.replace(entry, { limitPrice: '4991' })).toMatchObject({ outcome: 'requested' });
    // Nobody sends it yet: the fill comes first.
    await desk.fill(entry, '3', '4990');
    await desk.untilFilled(signal, '3');
    await withoutReplace.stop();
    await world.run();
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: partially_filled, filled 3',
      'entry.1 buy 10 ES limit 4991: rejected, filled 0',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 1750000, held 748500');

    await desk.replace(entry, { limitPrice: '4991' });
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: replaced, filled 3',
      'entry.1 buy 10 ES limit 4991: rejected, filled 0',
      'entry.2 buy 7 ES limit 4991: accepted, filled 0',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 1750000, held 748500');
    await desk.fill(await desk.order(signal, 'entry.2'), '7', '4991');
    await desk.untilOrders(signal, [
      'entry.0 buy 10 ES limit 4990: replaced, filled 3',
      'entry.1 buy 10 ES limit 4991: rejected, filled 0',
      'entry.2 buy 7 ES limit 4991: filled, filled 7',
    ]);
    expect(await desk.atVenue()).toEqual(['buy 10 ES limit 4990: replaced', 'buy 7 ES limit 4991: filled']);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 2495350');
    expect(await story(signal)).toEqual([
      ...['order.accepted', 'order.partially_filled', 'order.replace_refused', 'order.replaced', 'order.accepted'],
      'order.filled',
    ]);
  }, 60_000);
});

describe('an execution that the venue takes back', () => {
  /** The reversal is a commit of its own, after that of the order. */
  const sumsWith = (wanted: string) =>
    until(
      () => desk.sums(),
      ({ exposure }) => exposure === wanted,
    );

  it('is reversed: nothing is held or owed, and the signal still ended once', async () => {
    await world.run();
    const signal = await world.accept({ quantity: '2' });
    await desk.untilOrders(signal, ['entry.0 buy 2 ES market: filled, filled 2']);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 500000');
    await desk.bust(signal);
    await desk.untilOrders(signal, ['entry.0 buy 2 ES market: filled, filled 0, busted 2']);
    expect((await sumsWith('reserved 0, held 0')).postings).toEqual({});
    expect(await story(signal)).toEqual(['order.filled', 'order.fill_busted', 'order.partially_filled']);
  }, 60_000);

  it('or corrects is booked anew, as the venue has it then', async () => {
    await world.run();
    const signal = await world.accept({ quantity: '3' });
    await desk.untilOrders(signal, ['entry.0 buy 3 ES market: filled, filled 3']);
    await desk.correct(signal, '2', '5001');
    await desk.untilOrders(signal, ['entry.0 buy 3 ES market: filled, filled 2, busted 1']);
    await sumsWith('reserved 0, held 500100');
    await desk.bust(signal);
    await desk.untilOrders(signal, ['entry.0 buy 3 ES market: filled, filled 0, busted 3']);
    expect((await sumsWith('reserved 0, held 0')).postings).toEqual({});
  }, 60_000);
});
