import { describe, expect, it } from '@jest/globals';
import { messageSchemas } from '@keelson/contracts';
import { milliseconds } from '@keelson/kernel';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import { deadlineIn, eventIds, orderFor, type VenueUnderTest } from './harness.ts';

type Venue = () => VenueUnderTest;

/** BC-01 to BC-08: what a submission may end in when the network is well. */
export function submitCases(venue: Venue, capabilities: BrokerCapabilities): void {
  describe('submit', () => {
    answeredCases(venue);
    repeatedCases(venue, capabilities);
    timedCases(venue, capabilities);
  });
}

function answeredCases(venue: Venue): void {
  it('BC-01 an accepted order is answered with its acceptance and fill, as messages of the contracts', async () => {
    const order = orderFor(venue());
    const outcome = await venue().broker.submit(order, deadlineIn(2_000));
    if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
    expect(outcome.reports.map(({ type }) => type)).toEqual(['broker.accepted', 'broker.filled']);
    for (const { type, payload } of outcome.reports) messageSchemas[type].parse(payload);
    expect(outcome.reports[1]?.payload).toMatchObject({
      broker: venue().broker.name,
      clientOrderId: order.clientOrderId,
      quantity: '10',
      cumulativeQuantity: '10',
    });
  });

  it('BC-02 a refused order is rejected with the venue’s reason, and found so later', async () => {
    await venue().rejectNext();
    const order = orderFor(venue());
    const outcome = await venue().broker.submit(order, deadlineIn(2_000));
    if (outcome.outcome !== 'rejected') throw new Error(`expected rejected, got ${outcome.outcome}`);
    expect(outcome.reports).toHaveLength(1);
    expect(outcome.reports[0]).toMatchObject({ type: 'broker.rejected', payload: { reason: expect.any(String) } });
    expect(await venue().broker.find(order.clientOrderId, order.account)).toEqual({
      outcome: 'found',
      reports: outcome.reports,
    });
  });

  it('BC-03 an order the venue finds invalid is rejected, with the same event id each time', async () => {
    const order = orderFor(venue(), { quantity: '0' });
    const first = await venue().broker.submit(order, deadlineIn(2_000));
    const second = await venue().broker.submit(order, deadlineIn(2_000));
    if (first.outcome !== 'rejected' || second.outcome !== 'rejected') throw new Error('expected two rejections');
    expect(eventIds(second.reports)).toEqual(eventIds(first.reports));
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(0);
  });
}

function repeatedCases(venue: Venue, capabilities: BrokerCapabilities): void {
  const duplicates = capabilities.rejectsDuplicateClientOrderIds ? it : it.skip;
  duplicates('BC-04 a second submission is a duplicate with the first one’s reports, and no second order', async () => {
    const order = orderFor(venue());
    const first = await venue().broker.submit(order, deadlineIn(2_000));
    const second = await venue().broker.submit({ ...order, quantity: '999' }, deadlineIn(2_000));
    if (first.outcome !== 'accepted' || second.outcome !== 'duplicate') throw new Error('expected a duplicate');
    expect(second.reports).toEqual(first.reports);
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(1);
  });

  duplicates('BC-05 of ten submissions at once with one id exactly one is accepted', async () => {
    const order = orderFor(venue());
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => venue().broker.submit(order, deadlineIn(2_000))),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['accepted', ...Array<string>(9).fill('duplicate')]);
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(1);
  });
}

function timedCases(venue: Venue, capabilities: BrokerCapabilities): void {
  it('BC-06 a deadline that has passed keeps the order from being sent', async () => {
    const order = orderFor(venue());
    expect(await venue().broker.submit(order, deadlineIn(-1))).toMatchObject({
      outcome: 'not_sent',
      cause: 'deadline_passed',
    });
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(0);
  });

  const deadlines = capabilities.honoursDeadlines ? it : it.skip;
  deadlines('BC-07 an order that reaches the venue after its deadline is never accepted', async () => {
    await venue().delayNext(300, 'acceptance');
    const order = orderFor(venue());
    const deadline = deadlineIn(100);
    const { outcome } = await venue().broker.submit(order, deadline);
    expect(['unknown', 'not_sent']).toContain(outcome);
    expect(Date.now()).toBeGreaterThanOrEqual(deadline.getTime());
    const find = (): Promise<unknown> => venue().broker.find(order.clientOrderId, order.account);
    expect(await find()).toEqual({ outcome: 'not_found' });
    // The request is still held by the venue; once it lets go, the deadline is what keeps the order out.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await find()).toEqual({ outcome: 'not_found' });
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(0);
  });

  it('BC-08 the venue’s clock is within the claimed skew, and an order within the claimed time', async () => {
    const skew = milliseconds(capabilities.venueClockSkew);
    const before = Date.now();
    const outcome = await venue().broker.submit(orderFor(venue()), deadlineIn(milliseconds(capabilities.submitWithin)));
    if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
    for (const { payload } of outcome.reports) {
      expect(Date.parse(payload.at)).toBeGreaterThanOrEqual(before - skew);
      expect(Date.parse(payload.at)).toBeLessThanOrEqual(Date.now() + skew);
    }
  });
}
