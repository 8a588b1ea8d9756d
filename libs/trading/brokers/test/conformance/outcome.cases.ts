import { describe, expect, it } from '@jest/globals';
import { milliseconds } from '@keelson/kernel';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import { deadlineIn, orderFor, type VenueUnderTest } from './harness.ts';

type Venue = () => VenueUnderTest;

/** BC-10 to BC-16: what is said when the network or the venue is not well. */
export function outcomeCases(venue: Venue, capabilities: BrokerCapabilities): void {
  describe('doubt', () => {
    lostCases(venue, capabilities);
    outageCases(venue);
  });
}

function lostCases(venue: Venue, { answerGrace, submitWithin }: BrokerCapabilities): void {
  it('BC-10 a lost reply is unknown; the query then finds exactly one order', async () => {
    await venue().loseNextReply();
    const order = orderFor(venue());
    expect(await venue().broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'unknown' });
    const found = await venue().broker.find(order.clientOrderId, order.account);
    if (found.outcome !== 'found') throw new Error(`expected found, got ${found.outcome}`);
    expect(found.reports.map(({ type }) => type)).toEqual(['broker.accepted', 'broker.filled']);
    expect(await venue().ordersAtVenue(order.clientOrderId)).toBe(1);
  });

  it('BC-11 a request that never arrived is unknown; the query then finds nothing', async () => {
    await venue().dropNextRequest();
    const order = orderFor(venue());
    expect(await venue().broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'unknown' });
    expect(await venue().broker.find(order.clientOrderId, order.account)).toEqual({ outcome: 'not_found' });
  });

  it('BC-12 an answer that is too late is unknown soon after the deadline; the order is there', async () => {
    await venue().delayNext(2_000, 'answer');
    const order = orderFor(venue());
    const started = performance.now();
    expect(await venue().broker.submit(order, deadlineIn(milliseconds(submitWithin)))).toMatchObject({
      outcome: 'unknown',
    });
    const limit = milliseconds(submitWithin) + milliseconds(answerGrace) + 750;
    expect(performance.now() - started).toBeLessThan(limit);
    expect(await venue().broker.find(order.clientOrderId, order.account)).toMatchObject({ outcome: 'found' });
  });
}

function outageCases(venue: Venue): void {
  it('BC-13 an unavailable venue is unknown to a submission and unavailable to questions', async () => {
    const { broker, account } = venue();
    await venue().setAvailable(false);
    const order = orderFor(venue());
    expect(await broker.submit(order, deadlineIn(2_000))).toMatchObject({ outcome: 'unknown' });
    expect(await broker.find(order.clientOrderId, account)).toMatchObject({ outcome: 'unavailable' });
    expect(await broker.cancel(order.clientOrderId, account)).toMatchObject({ outcome: 'unknown' });
    expect(await broker.positions(account)).toMatchObject({ outcome: 'unavailable' });
    await venue().setAvailable(true);
    expect(await broker.find(order.clientOrderId, account)).toEqual({ outcome: 'not_found' });
  });

  it('BC-14 a venue that does not run takes no order, and answers no question', async () => {
    const { broker, account } = venue();
    await venue().crash();
    try {
      const order = orderFor(venue());
      // A connection kept alive may die under the first request; that one is in doubt, the next are not.
      const outcomes = [await broker.submit(order, deadlineIn(1_000)), await broker.submit(order, deadlineIn(1_000))];
      expect(outcomes[1]).toMatchObject({ outcome: 'not_sent', cause: 'unreachable' });
      expect(await broker.find(order.clientOrderId, account)).toMatchObject({ outcome: 'unavailable' });
      expect(await broker.positions(account)).toMatchObject({ outcome: 'unavailable' });
    } finally {
      await venue().restart();
    }
  });

  it('BC-15 an order answered before a crash of the venue is found after it, and refused a second time', async () => {
    const order = orderFor(venue());
    const outcome = await venue().broker.submit(order, deadlineIn(2_000));
    if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
    await venue().crash();
    await venue().restart();
    expect(await venue().broker.find(order.clientOrderId, order.account)).toEqual({
      outcome: 'found',
      reports: outcome.reports,
    });
    expect(await venue().broker.submit(order, deadlineIn(2_000))).toEqual({
      outcome: 'duplicate',
      reports: outcome.reports,
    });
  });

  it('BC-16 an order that nobody sent is not found', async () => {
    const { clientOrderId, account } = orderFor(venue());
    expect(await venue().broker.find(clientOrderId, account)).toEqual({ outcome: 'not_found' });
  });
}
