import { describe, expect, it } from '@jest/globals';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import {
  deadlineIn,
  Listener,
  openOrder,
  orderFor,
  restingLimit,
  submitAccepted,
  type VenueUnderTest,
} from './harness.ts';
import type { CaseOf } from './skips.ts';

type Venue = () => VenueUnderTest;

/** BC-60 to BC-69: what a venue shows of an account, and what is done to its orders from outside. */
export function booksCases(venue: Venue, capabilities: BrokerCapabilities, caseOf: CaseOf): void {
  describe('books', () => {
    snapshotCases(venue);
    amendmentCases(venue, caseOf);
    cancelAllCases(venue, capabilities, caseOf);
  });
}

function snapshotCases(venue: Venue): void {
  it('BC-60 executions since a moment are those since then, under the ids that their reports have', async () => {
    const { broker, account } = venue();
    await submitAccepted(venue());
    await new Promise((resolve) => setTimeout(resolve, 20));
    const since = new Date();
    const { clientOrderId, reports } = await submitAccepted(venue());
    const seen = await broker.executions(account, since);
    if (seen.outcome !== 'known') throw new Error(seen.reason);
    const fills = reports.flatMap((report) => (report.type === 'broker.filled' ? [report.payload] : []));
    expect(seen.items.map((item) => item.executionId)).toEqual(fills.map(({ executionId }) => executionId));
    expect(seen.items[0]).toMatchObject({
      account,
      clientOrderId,
      side: 'buy',
      quantity: '10',
      price: fills[0]!.price,
    });
    expect(Date.parse(seen.asOf)).toBeGreaterThanOrEqual(since.getTime() - 1_000);
  });

  it('BC-61 a purchase takes its price from the account’s cash', async () => {
    const { broker, account } = venue();
    const cash = async () => {
      const seen = await broker.balances(account);
      if (seen.outcome !== 'known') throw new Error(seen.reason);
      return seen.items.find(({ currency }) => currency === 'USD')?.cash ?? '0';
    };
    await submitAccepted(venue());
    const before = Number(await cash());
    const { reports } = await submitAccepted(venue());
    const fill = reports.find((report) => report.type === 'broker.filled');
    if (fill?.type !== 'broker.filled') throw new Error('expected a fill');
    expect(before - Number(await cash())).toBeCloseTo(10 * Number(fill.payload.price), 6);
  });

  it('BC-62 a venue that does not answer shows nothing, and says so', async () => {
    const { broker, account } = venue();
    await venue().setAvailable(false);
    for (const seen of [
      await broker.openOrders(account),
      await broker.executions(account, new Date()),
      await broker.balances(account),
    ]) {
      expect(seen).toMatchObject({ outcome: 'unavailable' });
    }
    expect(await broker.cancelAll(account, { keepReduceOnly: false })).toMatchObject({ outcome: 'unknown' });
    expect(await broker.cancelAtVenue('none', account)).toMatchObject({ outcome: 'unknown' });
  });

  it('BC-63 an order is cancelled by the venue’s own id', async () => {
    const { broker, account } = venue();
    const resting = await restingLimit(venue());
    const { venueOrderId } = (await openOrder(venue(), resting))!;
    expect(await broker.cancelAtVenue(venueOrderId, account)).toMatchObject({ outcome: 'cancelled' });
    expect(await openOrder(venue(), resting)).toBeUndefined();
  });
}

function amendmentCases(venue: Venue, caseOf: CaseOf): void {
  caseOf(true)('BC-64 a busted execution is told of once, and is among the executions no more', async () => {
    const { broker, account } = venue();
    const listener = new Listener(broker);
    const since = new Date();
    const { clientOrderId, reports } = await submitAccepted(venue());
    const fill = reports.find((report) => report.type === 'broker.filled');
    if (fill?.type !== 'broker.filled') throw new Error('expected a fill');
    const executionId = fill.payload.executionId!;
    await venue().bust(executionId);
    const told = await listener.until(clientOrderId, 3);
    await listener.stop();
    expect(told.at(-1)).toMatchObject({ type: 'broker.busted', payload: { executionId } });
    const seen = await broker.executions(account, since);
    if (seen.outcome !== 'known') throw new Error(seen.reason);
    expect(seen.items.map((item) => item.executionId)).not.toContain(executionId);
  });

  caseOf(true)('BC-65 a corrected execution is told of with what it is, and listed so', async () => {
    const { broker, account } = venue();
    const listener = new Listener(broker);
    const since = new Date();
    const { clientOrderId, reports } = await submitAccepted(venue());
    const fill = reports.find((report) => report.type === 'broker.filled');
    if (fill?.type !== 'broker.filled') throw new Error('expected a fill');
    const executionId = fill.payload.executionId!;
    await venue().correct(executionId, '9', '99.5');
    const told = await listener.until(clientOrderId, 3);
    await listener.stop();
    const becomes = { executionId, quantity: '9', price: '99.5' };
    expect(told.at(-1)).toMatchObject({ type: 'broker.corrected', payload: becomes });
    const seen = await broker.executions(account, since);
    if (seen.outcome !== 'known') throw new Error(seen.reason);
    expect(seen.items.find((item) => item.executionId === executionId)).toMatchObject(becomes);
  });
}

function cancelAllCases(venue: Venue, { cancelAll, reduceOnly }: BrokerCapabilities, caseOf: CaseOf): void {
  const open = async () => {
    const seen = await venue().broker.openOrders(venue().account);
    if (seen.outcome !== 'known') throw new Error(seen.reason);
    return seen.items;
  };
  const settled = async (count: number) => {
    const until = Date.now() + 5_000;
    while ((await open()).length !== count && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return open();
  };

  caseOf(true)('BC-66 the mass cancel ends every open order of the account, one entered by hand too', async () => {
    const { broker, account } = venue();
    const ours = await restingLimit(venue());
    await venue().enterByHand();
    const before = await open();
    expect(before.some(({ clientOrderId }) => clientOrderId !== ours)).toBe(true);
    expect(await broker.cancelAll(account, { keepReduceOnly: false })).toEqual({
      outcome: 'requested',
      count: before.length,
    });
    expect(await settled(0)).toEqual([]);
  });

  caseOf(cancelAll === 'keeps_reduce_only' && reduceOnly)('BC-67 or leaves the protective ones', async () => {
    const { broker, account } = venue();
    await submitAccepted(venue(), { account });
    await restingLimit(venue());
    const position = await broker.positions(account);
    if (position.outcome !== 'known') throw new Error(position.reason);
    const isLong = Number(position.positions.find(({ symbol }) => symbol === venue().symbol)?.netQuantity) > 0;
    const order = { side: isLong ? 'sell' : 'buy', reduceOnly: true } as const;
    const protective = await restingLimit(venue(), order, isLong ? '500' : '5');
    await broker.cancelAll(account, { keepReduceOnly: true });
    expect((await settled(1)).map(({ clientOrderId }) => clientOrderId)).toEqual([protective]);
    await broker.cancelAll(account, { keepReduceOnly: false });
    expect(await settled(0)).toEqual([]);
  });

  it('BC-68 a mass cancel where nothing is open requests nothing', async () => {
    const { broker, account } = venue();
    expect(await broker.cancelAll(account, { keepReduceOnly: false })).toEqual({ outcome: 'requested', count: 0 });
    expect(await broker.submit(orderFor(venue()), deadlineIn(2_000))).toMatchObject({ outcome: 'accepted' });
  });
}
