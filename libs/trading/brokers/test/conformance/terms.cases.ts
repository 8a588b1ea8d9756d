import { describe, expect, it } from '@jest/globals';
import type { OrderTerms } from '@keelson/contracts';
import type { VenueOrder } from '../../src/broker.port.ts';
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

/** BC-40 to BC-49: what an order may ask for. */
export function termsCases(venue: Venue, capabilities: BrokerCapabilities, caseOf: CaseOf): void {
  describe('terms', () => {
    standingCases(venue, capabilities, caseOf);
    immediateCases(venue, capabilities, caseOf);
    pricedCases(venue, capabilities, caseOf);
    reduceOnlyCases(venue, capabilities, caseOf);
  });
}

/** Terms of each type that do not come true while the price is near 100. */
const STANDING: readonly (OrderTerms & { readonly side: 'buy' | 'sell' })[] = [
  { side: 'buy', type: 'limit', timeInForce: 'gtc', limitPrice: '50' },
  { side: 'buy', type: 'stop', timeInForce: 'gtc', stopPrice: '150' },
  { side: 'buy', type: 'stop_limit', timeInForce: 'gtc', stopPrice: '150', limitPrice: '151' },
  { side: 'buy', type: 'trailing_stop', timeInForce: 'gtc', trail: '50', trailUnit: 'price' },
];

function standingCases(venue: Venue, capabilities: BrokerCapabilities, caseOf: CaseOf): void {
  for (const { side, ...terms } of STANDING) {
    const claimed = capabilities.orderTypes.includes(terms.type) && capabilities.timesInForce.includes('gtc');
    caseOf(claimed)(`BC-40 a ${terms.type} order whose price has not come stands as it was asked for`, async () => {
      await submitAccepted(venue());
      const order = orderFor(venue(), { side, terms });
      const outcome = await venue().broker.submit(order, deadlineIn(2_000));
      expect(outcome).toMatchObject({ outcome: 'accepted' });
      const shown = await openOrder(venue(), order.clientOrderId);
      expect(shown).toMatchObject({ side, quantity: '10', filledQuantity: '0', reduceOnly: false });
      expect(shown?.terms).toEqual(terms);
      await venue().broker.cancel(order.clientOrderId, order.account);
      expect(await openOrder(venue(), order.clientOrderId)).toBeUndefined();
    });
  }

  it('BC-41 an order that filled is not among the open ones', async () => {
    const { clientOrderId } = await submitAccepted(venue());
    expect(await openOrder(venue(), clientOrderId)).toBeUndefined();
  });
}

function immediateCases(venue: Venue, { timesInForce }: BrokerCapabilities, caseOf: CaseOf): void {
  for (const timeInForce of ['ioc', 'fok'] as const) {
    caseOf(timesInForce.includes(timeInForce))(
      `BC-42 an ${timeInForce} order that cannot be filled at once ends without a fill, and does not stand`,
      async () => {
        await submitAccepted(venue());
        const order = orderFor(venue(), { terms: { type: 'limit', timeInForce, limitPrice: '50' } });
        const { outcome } = await venue().broker.submit(order, deadlineIn(2_000));
        expect(['accepted', 'rejected']).toContain(outcome);
        const found = await venue().broker.find(order.clientOrderId, order.account);
        if (found.outcome !== 'found') throw new Error(`expected found, got ${found.outcome}`);
        const types = found.reports.map(({ type }) => type);
        expect(types).not.toContain('broker.filled');
        expect(['broker.expired', 'broker.cancelled', 'broker.rejected']).toContain(types.at(-1));
        expect(await openOrder(venue(), order.clientOrderId)).toBeUndefined();
      },
    );
  }
}

/** Terms, and the price at which they come true; the price begins at 100. */
const COMING: readonly (OrderTerms & { readonly side: 'buy' | 'sell'; readonly at: readonly string[] })[] = [
  { side: 'buy', at: ['95'], type: 'limit', timeInForce: 'gtc', limitPrice: '96' },
  { side: 'sell', at: ['104'], type: 'limit', timeInForce: 'gtc', limitPrice: '103' },
  { side: 'buy', at: ['106'], type: 'stop', timeInForce: 'gtc', stopPrice: '105' },
  { side: 'sell', at: ['94'], type: 'stop', timeInForce: 'gtc', stopPrice: '95' },
  { side: 'buy', at: ['105'], type: 'stop_limit', timeInForce: 'gtc', stopPrice: '105', limitPrice: '106' },
  // Up to 110, so that the stop follows to 107; then below it.
  { side: 'sell', at: ['110', '106'], type: 'trailing_stop', timeInForce: 'gtc', trail: '3', trailUnit: 'price' },
  { side: 'sell', at: ['110', '106'], type: 'trailing_stop', timeInForce: 'gtc', trail: '3', trailUnit: 'percent' },
];

function pricedCases(venue: Venue, capabilities: BrokerCapabilities, caseOf: CaseOf): void {
  for (const { side, at, ...terms } of COMING) {
    const title = `BC-43 a ${terms.type} order to ${side} is executed when its price comes (${at.join(', then ')})`;
    caseOf(capabilities.orderTypes.includes(terms.type))(title, async () => {
      await venue().setPrice('100');
      const listener = new Listener(venue().broker);
      const order = orderFor(venue(), { side, terms });
      expect(await venue().broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'accepted' });
      for (const price of at) {
        expect(await openOrder(venue(), order.clientOrderId)).toBeDefined();
        await venue().setPrice(price);
      }
      const reports = await listener.until(order.clientOrderId, 2);
      await listener.stop();
      const last = reports.at(-1);
      if (last?.type !== 'broker.filled') throw new Error(`expected a fill, got ${last?.type}`);
      expect(last.payload.cumulativeQuantity).toBe('10');
      const limit = 'limitPrice' in terms ? Number(terms.limitPrice) : undefined;
      if (limit !== undefined && side === 'buy') expect(Number(last.payload.price)).toBeLessThanOrEqual(limit);
      if (limit !== undefined && side === 'sell') expect(Number(last.payload.price)).toBeGreaterThanOrEqual(limit);
    });
  }
}

async function netPosition({ broker, account, symbol }: VenueUnderTest): Promise<number> {
  const seen = await broker.positions(account);
  if (seen.outcome !== 'known') throw new Error(seen.reason);
  return Number(seen.positions.find((position) => position.symbol === symbol)?.netQuantity ?? '0');
}

function reduceOnlyCases(venue: Venue, { reduceOnly }: BrokerCapabilities, caseOf: CaseOf): void {
  caseOf(reduceOnly)('BC-44 a reduce-only order that would enlarge a position is refused', async () => {
    const side = (await netPosition(venue())) < 0 ? 'sell' : 'buy';
    const order = orderFor(venue(), { side, reduceOnly: true });
    expect(await venue().broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'rejected' });
  });

  caseOf(reduceOnly)('BC-45 a reduce-only order closes a position and never turns it', async () => {
    await submitAccepted(venue());
    const before = await netPosition(venue());
    const side = before > 0 ? 'sell' : 'buy';
    const quantity = String(Math.abs(before) + 5);
    const order = orderFor(venue(), { side, quantity, reduceOnly: true });
    expect(await venue().broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'accepted' });
    expect(await netPosition(venue())).toBe(0);
    expect(await openOrder(venue(), order.clientOrderId)).toBeUndefined();
  });

  caseOf(reduceOnly)('BC-46 an open reduce-only order is shown as one', async () => {
    await submitAccepted(venue());
    const side = (await netPosition(venue())) > 0 ? 'sell' : 'buy';
    const price = side === 'sell' ? '500' : '5';
    const resting = await restingLimit(venue(), { side, reduceOnly: true }, price);
    const shown: VenueOrder | undefined = await openOrder(venue(), resting);
    expect(shown?.reduceOnly).toBe(true);
    await venue().broker.cancel(resting, venue().account);
  });
}
