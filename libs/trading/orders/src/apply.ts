import type { Message, MessageType } from '@keelson/contracts';
import { type Decimal, decimalText, type Id, invariant, ZERO } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import { adjustExposure } from '@keelson/risk';
import { carryOut, EXIT_LIVES_MS } from './carry-out.ts';
import { bustMessage, changeMessage, fillMessage } from './emitted.ts';
import type { Booking, ExecutionEvent, ExecutionReport } from './executions.ts';
import { insertBust, insertFill } from './fills.store.ts';
import type { OrderRecord } from './order-record.ts';
import { lockOrders } from './orders.store.ts';
import { plan } from './plan/plan.ts';
import { wholeOutcome } from './plan/standing.ts';
import { applyReport, type Outcome, type Report } from './report.ts';
import { freePredecessor, takePlaceOf } from './revision.ts';
import { exposureOfFill } from './spread-exposure.ts';
import { isTerminal } from './transitions.ts';
import { WorkingSet } from './working-set.ts';

type BrokerMessage = Message<Extract<MessageType, `broker.${string}`>>;

interface ApplyContext {
  readonly set: WorkingSet;
  /** Orders whose cancel the venue refused in this commit. */
  readonly refused: Set<Id>;
  last: BrokerMessage | undefined;
}

/**
 * Step apply: moves an order by what the venue said. Each venue event counts once, whichever way it came; each fill
 * turns its part of the reservation from reserved to held; the end of an order gives back the rest. What the intent then
 * needs of its venue (exits, unwinding, cancels) is planned once per commit.
 */
export const apply: StepHandler<ApplyContext> = {
  step: 'apply',

  async prefetch(tx, signalId) {
    return { set: new WorkingSet(await lockOrders(tx, signalId)), refused: new Set(), last: undefined };
  },

  handle(message, context, work) {
    const event = message as BrokerMessage;
    const { broker, venueEventId, clientOrderId } = event.payload;
    const { set } = context;
    const order = set.find((one) => one.clientOrderId === clientOrderId && one.broker === broker);
    invariant(order, `The venue reports on an order of signal ${work.signalId}`);
    const { orderId } = order;
    const news = set.note(work.tx, { broker, venueEventId, orderId, type: event.type, payload: event.payload });
    if (!news) return [];
    context.last = event;
    if (event.type === 'broker.cancel_refused' && order.cancel) context.refused.add(orderId);
    const messages = [...moveOrder(event, order, set, work), ...settleRevision(event, order, set, work)];
    freePredecessor(order, set, work.tx);
    return messages;
  },

  finish({ set, refused, last }, { tx, teamId }) {
    if (!set.touched || !set.intent || !last) return [];
    // From now on, where the report comes late: what protects a position must not be too old to leave.
    const since = Math.max(new Date(last.payload.at).getTime(), Date.now());
    const expiresAt = new Date(since + EXIT_LIVES_MS).toISOString();
    return carryOut(plan(set.intent, set.orders, refused), set, { tx, teamId, cause: keyOf(last), expiresAt });
  },
};

function keyOf({ payload }: BrokerMessage): string {
  return `${payload.broker}/${payload.venueEventId}`;
}

function moveOrder(event: BrokerMessage, order: OrderRecord, set: WorkingSet, work: StepWork): Message[] {
  const { report, reverses, books } = reportOf(event, order, set);
  const outcome = applyReport(order, report);
  const { venueOrderId } = event.payload;
  if (!outcome.changed) return [];
  const endedBefore = hasEnded(set);
  const reason = 'reason' in event.payload ? event.payload.reason : undefined;
  set.change(work.tx, outcome.order, { venueOrderId, reason: isTerminal(outcome.order.status) ? reason : undefined });
  if (books) insertFill(work.tx, order, books);
  if (reverses) insertBust(work.tx, order, { fillId: reverses.fillId, reason: reason ?? '', at: event.payload.at });
  const held = books && exposureOfFill(set.intent!, order, books);
  adjust(outcome, held, work);
  const change = { event, key: keyOf(event), from: order.status, order: outcome.order, reason };
  return [
    ...(reverses ? [bustMessage(event as ExecutionEvent, order, reverses)] : []),
    ...(books ? [fillMessage(event.teamId, order, books, held!)] : []),
    ...(outcome.moved ? [changeMessage({ ...change, ends: endedBefore ? undefined : endOf(set) })] : []),
  ];
}

/** What the event means for its order, and which fills come and go with it. */
function reportOf(
  event: BrokerMessage,
  order: OrderRecord,
  set: WorkingSet,
): { report: Report; reverses?: Booking | undefined; books?: Booking | undefined } {
  switch (event.type) {
    case 'broker.filled':
    case 'broker.busted':
    case 'broker.corrected': {
      const { before, execution, reverses, books } = set.amend(order.orderId, event as ExecutionReport);
      const executed = execution.executed.minus(before?.executed ?? ZERO);
      const filled = (books?.quantity ?? ZERO).minus(reverses?.quantity ?? ZERO);
      const value = worth(books).minus(worth(reverses));
      const kind = event.type === 'broker.filled' ? 'filled' : 'busted';
      return { report: { kind, execution: { executed, filled, value } }, reverses, books };
    }
    case 'broker.not_sent':
      return { report: { kind: event.payload.because === 'expired' ? 'expired' : 'cancelled' } };
    case 'broker.replaced': {
      // By somebody else's order, at the venue: ours has ended without a successor.
      const ours = set.find(({ clientOrderId }) => clientOrderId === event.payload.replacedBy);
      return { report: { kind: ours ? 'replaced' : 'cancelled' } };
    }
    default:
      return { report: { kind: event.type.slice('broker.'.length) as Report['kind'] } };
  }
}

function worth(booking: Booking | undefined): typeof ZERO {
  return booking ? booking.quantity.times(booking.price) : ZERO;
}

/** A fill moves its part from reserved to held; an end gives the rest back. */
function adjust({ order, converted, released }: Outcome, held: Decimal | undefined, { tx }: StepWork): void {
  const reserved = converted.plus(released).negated();
  if (held) {
    adjustExposure(tx, order, { reserved, held });
  } else if (!reserved.isZero()) {
    adjustExposure(tx, order, { reserved });
  }
}

/** What an event about an order means for the revision that shall take its place. */
function settleRevision(event: BrokerMessage, before: OrderRecord, set: WorkingSet, work: StepWork): Message[] {
  const revision = set.find((one) => one.replaces === before.orderId && !isTerminal(one.status));
  if (!revision) return [];
  if (event.type === 'broker.replaced' && event.payload.replacedBy === revision.clientOrderId) {
    takePlaceOf(before, revision, set, work.tx);
    return [];
  }
  if (event.type !== 'broker.cancel_refused' || !answers(event, revision)) return [];
  const endedBefore = hasEnded(set);
  const { reason } = event.payload;
  const outcome = applyReport(revision, { kind: 'rejected' });
  set.change(work.tx, outcome.order, { reason });
  adjust(outcome, undefined, work);
  const change = { event, key: `${keyOf(event)}/revision`, from: revision.status, order: outcome.order, reason };
  return [changeMessage({ ...change, ends: endedBefore ? undefined : endOf(set) })];
}

/** A refusal names the asking that it answers, where the venue tells askings apart. */
function answers({ payload }: Message<'broker.cancel_refused'>, revision: OrderRecord): boolean {
  return payload.attemptId === undefined || payload.attemptId === revision.attemptId;
}

function hasEnded(set: WorkingSet): boolean {
  return wholeOutcome(set.intent!, set.orders) !== undefined;
}

function endOf(set: WorkingSet): Message<'order.changed'>['payload']['ends'] {
  const whole = wholeOutcome(set.intent!, set.orders);
  if (!whole) return undefined;
  const { symbol, side } = set.intent!;
  const quantity = decimalText(whole.quantity);
  return { outcome: whole.outcome, symbol, side, quantity, filledQuantity: decimalText(whole.filledQuantity) };
}
