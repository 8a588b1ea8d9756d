import { describe, expect, it } from '@jest/globals';
import { deadlineIn, eventIds, orderFor, type VenueUnderTest } from './harness.ts';
import type { CaseOf } from './skips.ts';

/** BC-20 to BC-25: cancels, partial fills and positions. */
export function cancelCases(venue: () => VenueUnderTest, caseOf: CaseOf): void {
  describe('open orders', () => {
    it('BC-20 a partial fill is answered with its first part; the rest comes later, under ids of its own', async () => {
      await venue().fillInTwoParts(50);
      const order = orderFor(venue());
      const outcome = await venue().broker.submit(order, deadlineIn(2_000));
      if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
      const first = outcome.reports.at(-1);
      if (first?.type !== 'broker.filled') throw new Error('expected a first fill');
      expect(Number(first.payload.cumulativeQuantity)).toBeLessThan(10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const found = await venue().broker.find(order.clientOrderId, order.account);
      if (found.outcome !== 'found') throw new Error(`expected found, got ${found.outcome}`);
      expect(found.reports.slice(0, 2)).toEqual(outcome.reports);
      const last = found.reports.at(-1);
      if (last?.type !== 'broker.filled') throw new Error('expected a last fill');
      expect(last.payload.cumulativeQuantity).toBe('10');
      expect(Number(first.payload.quantity) + Number(last.payload.quantity)).toBe(10);
      expect(new Set(eventIds(found.reports)).size).toBe(3);
    });

    it('BC-21 a cancelled order stays cancelled; cancelling again says the same', async () => {
      await venue().fillInTwoParts(250);
      const order = orderFor(venue());
      await venue().broker.submit(order, deadlineIn(2_000));
      const first = await venue().broker.cancel(order.clientOrderId, order.account);
      if (first.outcome !== 'cancelled') throw new Error(`expected cancelled, got ${first.outcome}`);
      expect(first.reports.at(-1)?.type).toBe('broker.cancelled');
      await new Promise((resolve) => setTimeout(resolve, 350));
      expect(await venue().broker.cancel(order.clientOrderId, order.account)).toEqual(first);
      expect(await venue().broker.find(order.clientOrderId, order.account)).toEqual({
        outcome: 'found',
        reports: first.reports,
      });
    });

    it('BC-22 cancelling what is filled changes nothing and says closed', async () => {
      const order = orderFor(venue());
      const outcome = await venue().broker.submit(order, deadlineIn(2_000));
      if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
      expect(await venue().broker.cancel(order.clientOrderId, order.account)).toEqual({
        outcome: 'closed',
        reports: outcome.reports,
      });
    });

    it('BC-23 cancelling what nobody sent says not found', async () => {
      const { clientOrderId, account } = orderFor(venue());
      expect(await venue().broker.cancel(clientOrderId, account)).toEqual({ outcome: 'not_found' });
    });

    caseOf(true)('BC-24 positions are the sum of fills, signed, by account', async () => {
      const account = `positions-${Date.now()}`;
      await venue().broker.submit(orderFor(venue(), { account, quantity: '3' }), deadlineIn(2_000));
      await venue().broker.submit(orderFor(venue(), { account, side: 'sell', quantity: '5.5' }), deadlineIn(2_000));
      expect(await venue().broker.positions(account)).toEqual({
        outcome: 'known',
        positions: [{ account, symbol: venue().symbol, netQuantity: '-2.5' }],
      });
      expect(await venue().broker.positions(`${account}-none`)).toEqual({ outcome: 'known', positions: [] });
    });

    it('BC-25 an order is not given out under another account', async () => {
      const order = orderFor(venue());
      await venue().broker.submit(order, deadlineIn(2_000));
      const found = await venue().broker.find(order.clientOrderId, 'somebody-else');
      expect(['not_found', 'unavailable']).toContain(found.outcome);
    });
  });
}
