import type { Message, StepName, SubmitOrder } from '@keelson/contracts';
import { type Id, invariant, milliseconds } from '@keelson/kernel';
import { deleteMessage, holdTradingState, type StepHandler, type StepWork } from '@keelson/messaging';
import type { Broker, BrokerReport, OrderRequest, SubmitOutcome } from './broker.port.ts';
import { decideClaim } from './claim.ts';
import { claimState, markClaimed, type ClaimState, type Gate } from './claim.store.ts';
import { refusalOf } from './refusal.ts';
import { type Attempt, messageOf, VenueStep, type VenueStepParts } from './venue-step.ts';

/** Before an order that provably did not leave is tried again. */
const UNREACHABLE_MS = 200;

/**
 * Step route. The claim (attempt, absolute deadline, halt generation) is committed first; then the venue is called with
 * no transaction and no connection held; then what it said is recorded. Whoever finds a claim without a record asks the
 * venue: an order is sent a second time only after the venue said, past deadline and clock skew, that it has none, and
 * only where it refuses duplicates.
 */
export class Router implements StepHandler<ClaimState | undefined> {
  readonly step = 'route';
  readonly endsLater = true;
  readonly #venue: VenueStep;

  constructor(parts: VenueStepParts) {
    this.#venue = new VenueStep('route', parts);
  }

  /** A commit that begins with decide has read the trading state, and holds it; there is no order yet. */
  prefetch(tx: StepWork['tx'], signalId: Id, start: StepName): Promise<ClaimState | undefined> {
    if (start === 'decide') return Promise.resolve(undefined);
    holdTradingState(tx);
    return claimState(tx, signalId);
  }

  handle(message: Message, state: ClaimState | undefined, work: StepWork): readonly Message[] {
    invariant(message.type === 'submit_order', 'Step route consumes submit_order');
    const order = message.payload;
    const known = state?.orders.get(order.orderId);
    const absent = known !== undefined && this.#venue.takeAbsent(order.clientOrderId, known.attempt);
    const decision = state ? decideClaim(order, state, known, absent) : ({ kind: 'send' } as const);
    if (decision.kind === 'resolve') {
      this.#takeOver(message, order, { deadline: known!.deadline ?? state!.now, attempt: known!.attempt }, work);
      return [];
    }
    const refusal = decision.kind === 'send' ? this.#refusal(order) : undefined;
    if (decision.kind === 'send' && !refusal) {
      this.#claim(message, order, known?.attempt ?? 0, work);
      return [];
    }
    deleteMessage(work.tx, message.id, 'route');
    if (decision.kind === 'drop') return [notSent(message.teamId, order, decision.because, decision.reason)];
    return refusal ? [messageOf(message.teamId, refused(order, refusal))] : [];
  }

  /** A new attempt: committed with its deadline, then sent, if the gate let it through. */
  #claim(message: Message, order: SubmitOrder, earlierAttempts: number, work: StepWork): void {
    const broker = this.#venue.broker(order.broker);
    const withinMs = milliseconds(broker.capabilities.submitWithin);
    // Ours for the socket write; Postgres' own for whoever takes over. Both are absolute, and end with the signal.
    const deadline = new Date(Math.min(Date.now() + withinMs, new Date(order.expiresAt).getTime()));
    const claimed = markClaimed(work.tx, order.orderId, { withinMs, mode: modeOf(broker) });
    // A failure is thrown by the commit; nobody awaits the gate then.
    claimed.catch(() => undefined);
    this.#venue.underLease(message, broker, work, async (lease) => {
      const gate = await claimed;
      const { clientOrderId, accountId } = order;
      const attempt = { broker, clientOrderId, accountId, lease, number: earlierAttempts + 1, deadline };
      if (gate.gate === 'passed') await this.#send(attempt, order, gate);
      else if (gate.gate === 'mode') await this.#venue.record(lease, [refused(order, wrongMode(broker))]);
      else await this.#venue.wait(lease, gate, order.expiresAt);
    });
  }

  /** Somebody's attempt without a record: only the venue knows. */
  #takeOver(message: Message, order: SubmitOrder, last: { deadline: Date; attempt: number }, work: StepWork): void {
    const broker = this.#venue.broker(order.broker);
    const { clientOrderId, accountId } = order;
    this.#venue.underLease(message, broker, work, (lease) =>
      this.#resolve({ broker, clientOrderId, accountId, lease, number: last.attempt, deadline: last.deadline }),
    );
  }

  async #send(attempt: Attempt, order: SubmitOrder, { doubted }: Gate): Promise<void> {
    const { broker, lease } = attempt;
    const outcome = await broker.submit(requestOf(order), attempt.deadline);
    switch (outcome.outcome) {
      case 'accepted':
      case 'rejected':
      case 'duplicate':
        await this.#venue.record(lease, outcome.reports);
        if (doubted) await this.#venue.parts.breaker.succeeded(broker.name);
        return;
      case 'not_sent':
        return this.#notSent(attempt, outcome);
      case 'unknown':
        await this.#venue.recordUnknown(attempt, outcome.reason);
        await this.#resolve(attempt);
    }
  }

  /** Nothing of this attempt is or will be at the venue: claim again, which also looks at expiry, halt and circuit again. */
  async #notSent(attempt: Attempt, outcome: Extract<SubmitOutcome, { outcome: 'not_sent' }>): Promise<void> {
    const { breaker, postpone, retry } = this.#venue.parts;
    this.#venue.noteAbsent(attempt);
    if (outcome.cause === 'deadline_passed') {
      await retry(attempt.lease);
      return;
    }
    await breaker.failed(attempt.broker.name, outcome.reason);
    await postpone(attempt.lease, UNREACHABLE_MS);
  }

  #resolve(attempt: Attempt): Promise<void> {
    return this.#venue.resolve(attempt, (reports) => this.#venue.record(attempt.lease, reports));
  }

  #refusal(order: SubmitOrder): string | undefined {
    return refusalOf(this.#venue.broker(order.broker), order.terms, this.#venue.parts);
  }
}

export function modeOf({ capabilities }: Broker): 'paper' | 'live' {
  return capabilities.live ? 'live' : 'paper';
}

export function wrongMode(broker: Broker): string {
  return broker.capabilities.live
    ? 'not sent: the account is not set to live trading'
    : 'not sent: an account that is set to live trading has no business at a simulated venue';
}

function requestOf(order: SubmitOrder): OrderRequest {
  return {
    clientOrderId: order.clientOrderId,
    account: order.accountId,
    symbol: order.symbol,
    side: order.side,
    terms: order.terms,
    reduceOnly: order.reduceOnly,
    quantity: order.quantity,
    referencePrice: order.referencePrice,
  };
}

/** Refused on our side: nothing was sent, and nothing would be. */
function refused({ broker, clientOrderId }: SubmitOrder, reason: string): BrokerReport {
  const venueEventId = `${clientOrderId}/refused`;
  return {
    type: 'broker.rejected',
    payload: { broker, venueEventId, clientOrderId, at: new Date().toISOString(), reason },
  };
}

function notSent(
  teamId: Id,
  { broker, clientOrderId }: SubmitOrder,
  because: 'expired' | 'halted' | 'cancelled',
  reason: string,
): Message {
  const venueEventId = `${clientOrderId}/not_sent`;
  return messageOf(teamId, {
    type: 'broker.not_sent',
    payload: { broker, venueEventId, clientOrderId, at: new Date().toISOString(), because, reason },
  });
}
