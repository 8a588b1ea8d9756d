import type { Message, StepName, SubmitOrder } from '@keelson/contracts';
import { deriveId, type Id, invariant, milliseconds } from '@keelson/kernel';
import {
  claimMessage,
  deleteMessage,
  holdTradingState,
  type StepHandler,
  type StepWork,
  type WakeUp,
} from '@keelson/messaging';
import type { Broker, BrokerReport, OrderRequest, SubmitOutcome } from './broker.port.ts';
import { decideClaim } from './claim.ts';
import { RecordedEvents } from './recorded-events.ts';
import { claimState, markClaimed, type ClaimState } from './route.store.ts';

/** What the router needs of the process around it. */
export interface RouterParts {
  readonly brokers: ReadonlyMap<string, Broker>;
  /** The number under which this process holds leases. */
  readonly owner: () => number;
  readonly leaseMs: number;
  /** Records what a venue said, under the lease of the claim; false when that lease is lost. */
  readonly record: (emission: Recorded) => Promise<boolean>;
  /** Runs a claim again: after the venue said that it never got the last attempt. */
  readonly retry: (lease: Lease) => Promise<boolean>;
  readonly postpone: (lease: Lease, forMs: number) => Promise<void>;
}

type Lease = WakeUp & { readonly fence: string };

/** What a venue said of an order, and the lease under which it was asked. */
export interface Recorded {
  readonly step: 'route';
  readonly teamId: Id;
  readonly signalId: Id;
  readonly messages: readonly Message[];
  readonly lease: Lease;
  readonly endsLease: boolean;
}

/** One attempt, claimed and committed. */
interface Attempt {
  readonly order: SubmitOrder;
  readonly lease: Lease;
  readonly number: number;
  readonly deadline: Date;
}

/** Pauses between questions to a venue about an order whose end is unknown. */
const QUERY_PAUSES_MS = [20, 50, 100, 200, 400, 800];
/** Then the order is left alone this long before anybody asks again. */
const QUERY_LATER_MS = 1_000;

/**
 * Step route. The claim (attempt, absolute deadline, halt generation) is committed first; then the venue is called with
 * no transaction and no connection held; then what it said is recorded. Whoever finds a claim without a record asks the
 * venue: an order is sent a second time only after the venue said, past deadline and clock skew, that it has none, and
 * only where it refuses duplicates.
 */
export class Router implements StepHandler<ClaimState | undefined> {
  readonly step = 'route';
  readonly endsLater = true;
  /** What answers to this process brought: the listener need not look for it. */
  readonly recorded = new RecordedEvents();
  readonly #parts: RouterParts;
  /** Attempts that a venue has definitively never got. */
  readonly #absent = new Set<string>();

  constructor(parts: RouterParts) {
    this.#parts = parts;
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
    const decision = state
      ? decideClaim(order, state, this.#absent.delete(attemptKey(order, state.attempt)))
      : ({ kind: 'send' } as const);
    if (decision.kind === 'done' || decision.kind === 'drop') {
      deleteMessage(work.tx, message.id, 'route');
      return decision.kind === 'drop' ? [notSent(message.teamId, order, decision.because, decision.reason)] : [];
    }
    if (decision.kind === 'resolve') this.#takeOver(message, order, state!, work);
    else this.#claim(message, order, state?.attempt ?? 0, work);
    return [];
  }

  /** A new attempt: committed with its deadline, then sent. */
  #claim(message: Message, order: SubmitOrder, earlierAttempts: number, work: StepWork): void {
    const withinMs = milliseconds(this.#broker(order).capabilities.submitWithin);
    // Ours for the socket write; Postgres' own for whoever takes over. Both are absolute.
    const deadline = new Date(Date.now() + withinMs);
    markClaimed(work.tx, order.orderId, withinMs);
    this.#underLease(message, order, work, (lease) =>
      this.#send({ order, lease, number: earlierAttempts + 1, deadline }),
    );
  }

  /** Somebody's attempt without a record: only the venue knows. */
  #takeOver(message: Message, order: SubmitOrder, { attempt, deadline, now }: ClaimState, work: StepWork): void {
    this.#underLease(message, order, work, (lease) =>
      this.#resolve({ order, lease, number: attempt, deadline: deadline ?? now }),
    );
  }

  #underLease(message: Message, order: SubmitOrder, work: StepWork, act: (lease: Lease) => Promise<void>): void {
    const { submitWithin } = this.#broker(order).capabilities;
    const leaseMs = Math.max(this.#parts.leaseMs, milliseconds(submitWithin) * 2);
    const { signalId, teamId } = work;
    const fence = claimMessage(work.tx, message, { step: 'route', signalId, owner: this.#parts.owner(), leaseMs });
    // A failure is thrown by the commit; nobody awaits the fence then.
    fence.catch(() => undefined);
    work.afterCommit(async () => act({ outboxId: message.id, step: 'route', teamId, signalId, fence: await fence }));
  }

  async #send(attempt: Attempt): Promise<void> {
    const { order } = attempt;
    const outcome = await this.#broker(order).submit(requestOf(order), attempt.deadline);
    switch (outcome.outcome) {
      case 'accepted':
      case 'rejected':
      case 'duplicate':
        await this.#record(attempt, outcome.reports, true);
        return;
      case 'not_sent':
        await this.#notSent(attempt, outcome);
        return;
      case 'unknown':
        await this.#record(attempt, [unknownReport(attempt, outcome.reason)], false);
        await this.#resolve(attempt);
    }
  }

  /** Nothing of this attempt is or will be at the venue: claim again, which also looks at expiry and halt again. */
  async #notSent(attempt: Attempt, outcome: Extract<SubmitOutcome, { outcome: 'not_sent' }>): Promise<void> {
    this.#absent.add(attemptKey(attempt.order, attempt.number));
    if (outcome.cause === 'unreachable') await pause(QUERY_PAUSES_MS[3]!);
    await this.#parts.retry(attempt.lease);
  }

  /** Asks until the venue gives a definitive answer; gives up for a while when it gives none. */
  async #resolve(attempt: Attempt): Promise<void> {
    const { order } = attempt;
    const broker = this.#broker(order);
    const lastMoment = attempt.deadline.getTime() + milliseconds(broker.capabilities.venueClockSkew);
    for (const waitMs of QUERY_PAUSES_MS) {
      const askedAt = Date.now();
      const found = await broker.find(order.clientOrderId, order.accountId);
      if (found.outcome === 'found') {
        await this.#record(attempt, found.reports, true);
        return;
      }
      if (found.outcome === 'not_found' && askedAt > lastMoment) {
        await this.#resend(attempt, broker);
        return;
      }
      await pause(Math.max(waitMs, found.outcome === 'not_found' ? lastMoment - Date.now() + 1 : 0));
    }
    await this.#parts.postpone(attempt.lease, QUERY_LATER_MS);
  }

  async #resend(attempt: Attempt, broker: Broker): Promise<void> {
    // Where a venue takes the same order twice, sending again is an operator's decision: OrderStuckSubmitted tells one.
    if (!broker.capabilities.rejectsDuplicateClientOrderIds) {
      await this.#parts.postpone(attempt.lease, QUERY_LATER_MS * 60);
      return;
    }
    this.#absent.add(attemptKey(attempt.order, attempt.number));
    await this.#parts.retry(attempt.lease);
  }

  async #record({ lease }: Attempt, reports: readonly BrokerReport[], endsLease: boolean): Promise<void> {
    const { teamId, signalId } = lease;
    const messages = reports.map((report) => messageOf(teamId, report));
    const recorded = await this.#parts.record({ step: 'route', teamId, signalId, messages, lease, endsLease });
    if (recorded) this.recorded.add(reports.map((report) => report.payload.venueEventId));
  }

  #broker(order: SubmitOrder): Broker {
    const broker = this.#parts.brokers.get(order.broker);
    invariant(broker, `Broker "${order.broker}" of order ${order.orderId} is configured in this process`);
    return broker;
  }
}

/** A report as message: its id follows from the venue's event, so the same report is the same message. */
export function messageOf(teamId: Id, report: BrokerReport): Message {
  const { broker, venueEventId } = report.payload;
  const key = `${broker}/${venueEventId}`;
  return { id: deriveId(report.type, broker, venueEventId), teamId, key, ...report } as Message;
}

function attemptKey(order: SubmitOrder, attempt: number): string {
  return `${order.clientOrderId}/${attempt}`;
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

function unknownReport({ order, number }: Attempt, reason: string): BrokerReport {
  const { broker, clientOrderId } = order;
  const venueEventId = `${clientOrderId}/unknown/${number}`;
  return {
    type: 'broker.unknown',
    payload: { broker, venueEventId, clientOrderId, at: new Date().toISOString(), reason: reason.slice(0, 500) },
  };
}

function notSent(teamId: Id, order: SubmitOrder, because: 'expired' | 'halted', reason: string): Message {
  const { broker, clientOrderId } = order;
  const venueEventId = `${clientOrderId}/not_sent`;
  return messageOf(teamId, {
    type: 'broker.not_sent',
    payload: { broker, venueEventId, clientOrderId, at: new Date().toISOString(), because, reason },
  });
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
