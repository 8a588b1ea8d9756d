import { describe, expect } from '@jest/globals';
import type { ReplaceRequest } from '../../src/broker.port.ts';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import { deadlineIn, openOrder, orderFor, restingLimit, submitAccepted, type VenueUnderTest } from './harness.ts';
import type { CaseOf } from './skips.ts';

type Venue = () => VenueUnderTest;

/** BC-50 to BC-56: a revision in the place of a working order. */
export function replaceCases(venue: Venue, { replace, honoursDeadlines }: BrokerCapabilities, caseOf: CaseOf): void {
  const atomic = caseOf(replace === 'atomic');
  describe('replace', () => {
    replacedCases(venue, atomic);
    lateCases(venue, atomic, caseOf(replace === 'atomic' && honoursDeadlines));
  });
}

function revisionOf(venue: VenueUnderTest, clientOrderId: string, limitPrice = '55', quantity = '6'): ReplaceRequest {
  const { account, ...revision } = orderFor(venue, {
    quantity,
    terms: { type: 'limit', timeInForce: 'gtc', limitPrice },
  });
  return { account, clientOrderId, revision };
}

function replacedCases(venue: Venue, atomic: ReturnType<CaseOf>): void {
  atomic('BC-50 the revision stands where the order stood, and only it', async () => {
    const old = await restingLimit(venue());
    const request = revisionOf(venue(), old);
    const outcome = await venue().broker.replace(request, deadlineIn(2_000));
    if (outcome.outcome !== 'replaced') throw new Error(`expected replaced, got ${outcome.outcome}`);
    expect(
      outcome.reports.some(({ type, payload }) => type === 'broker.replaced' && payload.clientOrderId === old),
    ).toBe(true);
    expect(await openOrder(venue(), old)).toBeUndefined();
    expect(await openOrder(venue(), request.revision.clientOrderId)).toMatchObject({
      quantity: '6',
      terms: request.revision.terms,
    });
    const found = await venue().broker.find(old, venue().account);
    if (found.outcome !== 'found') throw new Error(`expected found, got ${found.outcome}`);
    const last = found.reports.at(-1);
    expect(last).toMatchObject({
      type: 'broker.replaced',
      payload: { replacedBy: request.revision.clientOrderId },
    });
    await venue().broker.cancel(request.revision.clientOrderId, venue().account);
  });

  atomic('BC-51 the same replacement again brings no second revision', async () => {
    const request = revisionOf(venue(), await restingLimit(venue()));
    await venue().broker.replace(request, deadlineIn(2_000));
    const again = await venue().broker.replace(request, deadlineIn(2_000));
    expect(again.outcome).toBe('replaced');
    expect(await venue().ordersAtVenue(request.revision.clientOrderId)).toBe(1);
    await venue().broker.cancel(request.revision.clientOrderId, venue().account);
  });

  atomic('BC-52 an order that has filled is not replaced: nothing comes in its place', async () => {
    const { clientOrderId } = await submitAccepted(venue());
    const request = revisionOf(venue(), clientOrderId);
    expect(await venue().broker.replace(request, deadlineIn(2_000))).toMatchObject({ outcome: 'closed' });
    expect(await openOrder(venue(), request.revision.clientOrderId)).toBeUndefined();
  });

  atomic('BC-53 what nobody sent is not replaced', async () => {
    const request = revisionOf(venue(), `kt-none-${Date.now()}`);
    expect(await venue().broker.replace(request, deadlineIn(2_000))).toEqual({ outcome: 'not_found' });
  });
}

function lateCases(venue: Venue, atomic: ReturnType<CaseOf>, timed: ReturnType<CaseOf>): void {
  atomic('BC-54 a replacement whose deadline has passed is not sent, and the order stands as it was', async () => {
    const old = await restingLimit(venue());
    const request = revisionOf(venue(), old);
    const { outcome } = await venue().broker.replace(request, deadlineIn(-1));
    expect(['unknown', 'refused']).toContain(outcome);
    expect(await openOrder(venue(), old)).toMatchObject({ quantity: '10' });
    expect(await venue().broker.find(request.revision.clientOrderId, venue().account)).toEqual({
      outcome: 'not_found',
    });
    await venue().broker.cancel(old, venue().account);
  });

  timed('BC-55 a replacement that arrives after its deadline does not happen', async () => {
    const old = await restingLimit(venue());
    await venue().delayNext(300, 'acceptance');
    const request = revisionOf(venue(), old);
    expect(await venue().broker.replace(request, deadlineIn(100))).toMatchObject({ outcome: 'unknown' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await openOrder(venue(), old)).toMatchObject({ quantity: '10' });
    expect(await openOrder(venue(), request.revision.clientOrderId)).toBeUndefined();
    await venue().broker.cancel(old, venue().account);
  });

  atomic('BC-56 a replacement whose answer is lost is unknown; asking for the revision finds it', async () => {
    const old = await restingLimit(venue());
    await venue().loseNextReply();
    const request = revisionOf(venue(), old);
    const outcome = await venue().broker.replace(request, deadlineIn(2_000));
    const found = await venue().broker.find(request.revision.clientOrderId, venue().account);
    // An adapter may look for itself and know the end; what it may not is call it refused.
    expect(['unknown', 'replaced']).toContain(outcome.outcome);
    expect(found.outcome).toBe('found');
    expect(await openOrder(venue(), old)).toBeUndefined();
    await venue().broker.cancel(request.revision.clientOrderId, venue().account);
  });
}
