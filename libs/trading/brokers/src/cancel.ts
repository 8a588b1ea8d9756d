import type { CancelOrder, Message } from '@keelson/contracts';
import { invariant } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import type { Broker, BrokerReport, CancelOutcome } from './broker.port.ts';
import { type HeldClaim, VenueStep, type VenueStepParts } from './venue-step.ts';

/** Between two askings of a venue that gave no definitive answer, give or take a half. */
const AGAIN_MS = 500;

/**
 * Step cancel. Under a lease the venue is asked until it gives a definitive answer, which is harmless since a cancel is
 * idempotent at every venue. Neither a halt nor an open circuit stops it: it only ever takes risk away.
 */
export class Canceller implements StepHandler<undefined> {
  readonly step = 'cancel';
  readonly endsLater = true;
  readonly #venue: VenueStep;

  constructor(parts: VenueStepParts) {
    this.#venue = new VenueStep('cancel', parts);
  }

  /** All that it needs is in the message. */
  prefetch(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  handle(message: Message, _: undefined, work: StepWork): readonly Message[] {
    invariant(message.type === 'cancel_order', 'Step cancel consumes cancel_order');
    const order = message.payload;
    const broker = this.#venue.broker(order.broker);
    this.#venue.underLease(message, broker, work, (lease) => this.#cancel(order, broker, lease));
    return [];
  }

  async #cancel(order: CancelOrder, broker: Broker, lease: HeldClaim): Promise<void> {
    const outcome = await broker.cancel(order.clientOrderId, order.accountId);
    if (outcome.outcome !== 'unknown') {
      await this.#venue.record(lease, reportsOf(order, outcome));
      return;
    }
    await this.#venue.parts.breaker.failed(broker.name, outcome.reason);
    await this.#venue.parts.postpone(lease, AGAIN_MS * (0.5 + Math.random()));
  }
}

/** What a venue's answer means, the answer to this asking included: whoever asked must not wait for ever. */
function reportsOf(order: CancelOrder, outcome: Exclude<CancelOutcome, { outcome: 'unknown' }>): BrokerReport[] {
  switch (outcome.outcome) {
    case 'cancelled':
      return [...outcome.reports];
    case 'closed':
      return [...outcome.reports, cancelRefused(order, 'the order had ended already')];
    case 'not_found':
      return [cancelRefused(order, 'the venue knows no such order')];
  }
}

/** The order is what it was; says which asking it answers. */
export function cancelRefused(
  asked: { readonly broker: string; readonly clientOrderId: string; readonly attemptId: CancelOrder['attemptId'] },
  reason: string,
): BrokerReport {
  const { broker, clientOrderId, attemptId } = asked;
  const venueEventId = `${clientOrderId}/cancel_refused/${attemptId}`;
  return {
    type: 'broker.cancel_refused',
    payload: {
      ...{ broker, venueEventId, clientOrderId, attemptId },
      at: new Date().toISOString(),
      reason: reason.slice(0, 500),
    },
  };
}
