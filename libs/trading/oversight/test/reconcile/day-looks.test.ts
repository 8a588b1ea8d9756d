import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Originated } from '@keelson/orders';
import { AGAIN_MS } from '../../src/reconcile/cadence.ts';
import { DayLooks } from '../../src/reconcile/day-looks.ts';
import type { Difference } from '../../src/reconcile/difference.ts';
import { Desk } from './desk.ts';

const ACCOUNT = 'an account';

function ofCash(difference: string): Difference {
  const subject = { subject: 'USD', symbol: undefined, order: undefined };
  return { kind: 'balance', ...subject, ours: undefined, venue: { difference }, busy: false };
}

describe('the pace of looks at a whole day', () => {
  let now: number;
  let looks: DayLooks;
  beforeEach(() => {
    now = 0;
    looks = new DayLooks(() => now);
  });

  it('lets an account have one at once, and the next after a pause', () => {
    expect(looks.take(ACCOUNT)).toBe(true);
    looks.done(ACCOUNT, 1, []);
    now += AGAIN_MS.day - 1;
    expect([looks.take(ACCOUNT), looks.take('another account')]).toEqual([false, true]);
    now += 1;
    expect(looks.take(ACCOUNT)).toBe(true);
  });

  it('is a tenth of the time, where such a look is long', () => {
    looks.take(ACCOUNT);
    looks.done(ACCOUNT, 4_000, []);
    now += 39_999;
    expect(looks.take(ACCOUNT)).toBe(false);
    now += 1;
    expect(looks.take(ACCOUNT)).toBe(true);
  });

  it('is kept by an account that agreed meanwhile', () => {
    looks.take(ACCOUNT);
    looks.done(ACCOUNT, 1, []);
    looks.agreed(ACCOUNT);
    expect(looks.take(ACCOUNT)).toBe(false);
  });

  it('leaves to a person what the day did not explain, and nothing that is new since', () => {
    const told = (amount: string) => [looks.leftOpen(ACCOUNT, ofCash(amount)), looks.wanted(ACCOUNT, [ofCash(amount)])];
    expect(told('5')).toEqual([false, true]);
    looks.take(ACCOUNT);
    looks.done(ACCOUNT, 1, [ofCash('5')]);
    expect([told('5'), told('6')]).toEqual([
      [true, false],
      [false, true],
    ]);
    looks.agreed(ACCOUNT);
    expect(told('5')).toEqual([false, true]);
  });

  it('leaves everything to a person when such a look came to no end, and wants another one', () => {
    looks.take(ACCOUNT);
    expect(looks.leftOpen(ACCOUNT, ofCash('5'))).toBe(true);
    expect(looks.wanted(ACCOUNT, [ofCash('5')])).toBe(true);
  });
});

describe('a correction of what was compared long ago', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.openVouched();
  }, 60_000);
  afterAll(() => desk.close());
  afterEach(() => expect(desk.errors).toEqual([]));

  /** Executions that the next comparison no longer asks for. */
  const compared = async (count: number) => {
    const orders: Originated[] = [];
    for (let turn = 0; turn < count; turn += 1) orders.push(await desk.place());
    await desk.until(() => desk.comparedBeyond(orders.at(-1)!, 5));
    return Promise.all(orders.map(async (order) => (await desk.executionsOf(order))[0]!));
  };
  const correct = (executionId: string, price: string) =>
    desk.venue.post('/v1/control/correct', { execution_id: executionId, quantity: '3', price, told: false });
  const repaired = (executionId: string) =>
    desk.until(async () =>
      (await desk.drifts()).some(({ subject, state }) => subject === executionId && state === 'repaired'),
    );
  const kinds = async () => (await desk.drifts()).map(({ kind }) => kind);

  it('is found as such right after another one, and nobody is asked about what is held', async () => {
    const [one, other] = await compared(2);
    await correct(one!, '4990.25');
    await repaired(one!);
    await correct(other!, '4991.25');
    await repaired(other!);
    await desk.until(async () => (await desk.state()).state === 'clean');
    expect([await kinds(), await desk.tradingState()]).toEqual([['wrong_quantity', 'wrong_quantity'], undefined]);
  }, 90_000);

  it('is found while a person is asked about cash, who stays asked about that and nothing else', async () => {
    const [execution] = await compared(1);
    await desk.change({ change: 'cash', account: desk.team.accountId, currency: 'USD', amount: '-12.5' });
    const balances = async () => (await desk.drifts()).filter(({ kind }) => kind === 'balance');
    await desk.until(async () => (await balances()).length === 1);
    await correct(execution!, '4992.25');
    await repaired(execution!);
    await desk.compared(6);
    const asked = await balances();
    expect(asked).toMatchObject([{ state: 'open', led_to: 'REDUCING' }]);
    expect((await desk.state()).state).toBe('differing');
    expect(desk.announced.filter(({ type, key }) => type === 'drift.ended' && key === asked[0]!.drift_id)).toEqual([]);
  }, 90_000);

  it('is found while an execution differs that only a person can settle; of cash, which is not compared then, nothing is said', async () => {
    const [execution] = await compared(1);
    await desk.stopReconciling();
    const [busted] = await desk.executionsOf(await desk.place());
    await desk.venue.post('/v1/control/bust', { execution_id: busted, told: false });
    // What was executed just now may be lacking there for a moment, and is not said to be gone.
    await desk.until(async () => {
      const [row] = await desk.database.admin<{ past: boolean }>(
        `select max(executed_at) < clock_timestamp() - interval '2 seconds' as past from keelson.fills`,
      );
      return row!.past;
    });
    await desk.reconcile();
    const vanished = async () => (await desk.drifts()).find(({ kind }) => kind === 'vanished_fill');
    await desk.until(async () => (await vanished())?.state === 'open');
    await correct(execution!, '4993.25');
    await repaired(execution!);
    expect(await vanished()).toMatchObject({ subject: busted, state: 'open' });
    const balances = (await desk.drifts()).filter(({ kind }) => kind === 'balance');
    expect(balances).toMatchObject([{ state: 'open', led_to: 'REDUCING' }]);
  }, 90_000);
});
