import type { Message, ReplaceOrder } from '@keelson/contracts';
import { type Id, invariant, milliseconds } from '@keelson/kernel';
import { deleteMessage, holdTradingState, type StepHandler, type StepWork } from '@keelson/messaging';
import type { Broker, ReplaceRequest } from './broker.port.ts';
import { cancelRefused } from './cancel.ts';
import { decideClaim } from './claim.ts';
import { claimState, markClaimed, type ClaimState, type Gate, type OrderClaim } from './claim.store.ts';
import { refusalOf } from './refusal.ts';
import { modeOf, wrongMode } from './route.ts';
import { type Attempt, messageOf, VenueStep, type VenueStepParts } from './venue-step.ts';

/**
 * Step replace. The revision is claimed like a submission (attempt, absolute deadline, halt, circuit), and a replacement
 * without a definitive answer is resolved by asking for the revision: two of one order are never open for the same
 * quantity. Whatever ends it without a revision is told as a refusal, which leaves the order what it was.
 */
export class Replacer implements StepHandler<ClaimState> {
  readonly step = 'replace';
  readonly endsLater = true;
  readonly #venue: VenueStep;

  constructor(parts: VenueStepParts) {
    this.#venue = new VenueStep('replace', parts);
  }

  prefetch(tx: StepWork['tx'], signalId: Id): Promise<ClaimState> {
    holdTradingState(tx);
    return claimState(tx, signalId);
  }

  handle(message: Message, state: ClaimState, work: StepWork): readonly Message[] {
    invariant(message.type === 'replace_order', 'Step replace consumes replace_order');
    const asked = message.payload;
    const { orderId, clientOrderId } = asked.revision;
    const revision = state.orders.get(orderId);
    invariant(revision, `Revision ${orderId} was written before its replacement was asked for`);
    const absent = this.#venue.takeAbsent(clientOrderId, revision.attempt);
    const claim = { expiresAt: asked.expiresAt, reduceOnly: revision.reduceOnly, role: revision.role };
    const decision = decideClaim(claim, state, revision, absent);
    if (decision.kind === 'resolve') {
      this.#takeOver(message, asked, { deadline: revision.deadline ?? state.now, attempt: revision.attempt }, work);
      return [];
    }
    const refusal = decision.kind === 'send' ? this.#refusal(asked) : decision.kind === 'drop' ? decision.reason : '';
    if (refusal === undefined) {
      this.#claim(message, asked, revision, work);
      return [];
    }
    deleteMessage(work.tx, message.id, 'replace');
    return decision.kind === 'done' ? [] : [messageOf(message.teamId, cancelRefused(asked, refusal))];
  }

  #claim(message: Message, asked: ReplaceOrder, revision: OrderClaim, work: StepWork): void {
    const broker = this.#venue.broker(asked.broker);
    const withinMs = milliseconds(broker.capabilities.submitWithin);
    const deadline = new Date(Math.min(Date.now() + withinMs, new Date(asked.expiresAt).getTime()));
    const claimed = markClaimed(work.tx, asked.revision.orderId, { withinMs, mode: modeOf(broker) });
    claimed.catch(() => undefined);
    this.#venue.underLease(message, broker, work, async (lease) => {
      const gate = await claimed;
      const attempt = { ...attemptAt(broker, asked, lease), number: revision.attempt + 1, deadline };
      if (gate.gate === 'passed') await this.#send(attempt, asked, revision, gate);
      else if (gate.gate === 'mode') await this.#venue.record(lease, [cancelRefused(asked, wrongMode(broker))]);
      else await this.#venue.wait(lease, gate, asked.expiresAt);
    });
  }

  #takeOver(message: Message, asked: ReplaceOrder, last: { deadline: Date; attempt: number }, work: StepWork): void {
    const broker = this.#venue.broker(asked.broker);
    this.#venue.underLease(message, broker, work, (lease) =>
      this.#resolve({ ...attemptAt(broker, asked, lease), number: last.attempt, deadline: last.deadline }, asked),
    );
  }

  async #send(attempt: Attempt, asked: ReplaceOrder, revision: OrderClaim, { doubted }: Gate): Promise<void> {
    const { broker, lease } = attempt;
    const outcome = await broker.replace(requestOf(asked, revision), attempt.deadline);
    if (outcome.outcome === 'unknown') {
      await this.#venue.recordUnknown(attempt, outcome.reason);
      await this.#resolve(attempt, asked);
      return;
    }
    const said = 'reports' in outcome ? outcome.reports : [];
    await this.#venue.record(lease, [
      ...said,
      ...(outcome.outcome === 'replaced' ? [] : [cancelRefused(asked, REASONS[outcome.outcome])]),
    ]);
    if (doubted) await this.#venue.parts.breaker.succeeded(broker.name);
  }

  /** The revision is at the venue: how its predecessor ended is asked too, or told by the venue's stream. */
  #resolve(attempt: Attempt, asked: ReplaceOrder): Promise<void> {
    return this.#venue.resolve(attempt, async (reports) => {
      const { broker, accountId, lease } = attempt;
      const before = await broker.find(asked.clientOrderId, accountId);
      const told = before.outcome === 'found' ? before.reports : [];
      const refused = reports.some(({ type }) => type === 'broker.rejected');
      await this.#venue.record(lease, [
        ...told,
        ...reports,
        ...(refused ? [cancelRefused(asked, REASONS.refused)] : []),
      ]);
    });
  }

  #refusal({ broker: name, revision }: ReplaceOrder): string | undefined {
    const broker = this.#venue.broker(name);
    if (broker.capabilities.replace === 'none')
      return `not sent: ${name} replaces no orders; cancel it and place another`;
    return refusalOf(broker, revision.terms, this.#venue.parts);
  }
}

const REASONS = {
  closed: 'the order had ended, or was filled further, before it could be replaced',
  refused: 'the venue refused the revision',
  not_found: 'the venue knows no such order',
} as const;

function attemptAt(
  broker: Broker,
  { revision, accountId }: ReplaceOrder,
  lease: Attempt['lease'],
): Pick<Attempt, 'broker' | 'clientOrderId' | 'accountId' | 'lease'> {
  return { broker, clientOrderId: revision.clientOrderId, accountId, lease };
}

function requestOf(asked: ReplaceOrder, order: OrderClaim): ReplaceRequest {
  const { accountId, clientOrderId, openQuantity, revision } = asked;
  const { symbol, side, reduceOnly, referencePrice } = order;
  const { quantity, terms } = revision;
  return {
    account: accountId,
    clientOrderId,
    openQuantity,
    revision: { clientOrderId: revision.clientOrderId, symbol, side, quantity, terms, reduceOnly, referencePrice },
  };
}
