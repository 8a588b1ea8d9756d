import type { Message, MessageType, OrderStatus } from '@keelson/contracts';
import { Decimal, decimalText, deriveId, type Id, invariant, notional } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import { adjustExposure } from '@keelson/risk';
import {
  insertBrokerEvents,
  insertFill,
  lockOrders,
  updateOrder,
  type BrokerEventRecord,
  type OrderRecord,
} from './orders.store.ts';
import { applyReport, type Outcome, type Report } from './report.ts';
import { isTerminal } from './transitions.ts';

type BrokerMessage = Message<Extract<MessageType, `broker.${string}`>>;

interface ApplyContext {
  readonly orders: OrderRecord[];
  readonly knownEvents: Set<string>;
  /** What this commit writes: each order once, in its last state, and all events together. */
  readonly events: BrokerEventRecord[];
  readonly changes: Map<Id, OrderWrite>;
}

/** The last state of an order in a commit, with what its venue added. */
interface OrderWrite {
  readonly order: OrderRecord;
  readonly venueOrderId: string | undefined;
  readonly reason: string | undefined;
}

/**
 * Step apply: moves an order by what the venue said. Each venue event counts once, whichever way it came; each fill
 * turns its part of the reservation from reserved to held; the end of an order gives back the rest.
 */
export const apply: StepHandler<ApplyContext> = {
  step: 'apply',

  async prefetch(tx, signalId) {
    return { ...(await lockOrders(tx, signalId)), events: [], changes: new Map() };
  },

  handle(message, context, work) {
    const event = message as BrokerMessage;
    const { broker, venueEventId, clientOrderId } = event.payload;
    if (context.knownEvents.has(venueEventId)) return [];
    const index = context.orders.findIndex((order) => order.clientOrderId === clientOrderId);
    const before = context.orders[index];
    invariant(before, `The venue reports on an order of signal ${work.signalId}`);
    if (context.events.length === 0) work.tx.atEnd(0, () => writeGathered(context, work.tx));
    context.knownEvents.add(venueEventId);
    context.events.push({ broker, venueEventId, orderId: before.orderId, type: event.type, payload: event.payload });

    const outcome = applyReport(before, reportOf(event));
    if (!outcome.changed) return [];
    context.orders[index] = outcome.order;
    gather(event, outcome.order, context);
    if (event.type === 'broker.filled') writeFill(event, outcome, work);
    adjust(event, outcome, work);
    return emitted(event, before.status, outcome);
  },
};

function gather({ payload }: BrokerMessage, order: OrderRecord, { changes }: ApplyContext): void {
  const earlier = changes.get(order.orderId);
  changes.set(order.orderId, {
    order,
    venueOrderId: payload.venueOrderId ?? earlier?.venueOrderId,
    reason: 'reason' in payload ? payload.reason : earlier?.reason,
  });
}

function writeGathered({ events, changes }: ApplyContext, tx: StepWork['tx']): void {
  insertBrokerEvents(tx, events);
  for (const { order, venueOrderId, reason } of changes.values()) {
    updateOrder(tx, order, { venueOrderId, reason, completed: isTerminal(order.status) });
  }
}

function reportOf(event: BrokerMessage): Report {
  if (event.type === 'broker.filled') {
    return { kind: 'filled', quantity: event.payload.quantity, price: event.payload.price };
  }
  if (event.type === 'broker.not_sent') return { kind: event.payload.because === 'expired' ? 'expired' : 'cancelled' };
  return { kind: event.type.slice('broker.'.length) as Report['kind'] };
}

function writeFill(event: Message<'broker.filled'>, { order }: Outcome, { tx }: StepWork): void {
  const { quantity, price, at } = event.payload;
  const { orderId, signalId } = order;
  insertFill(tx, { fillId: fillIdOf(event), orderId, signalId, quantity, price, executedAt: at });
}

/** A fill moves its part from reserved to held at what it cost; an end gives the rest back. */
function adjust(event: BrokerMessage, { order, converted, released }: Outcome, { tx }: StepWork): void {
  const freed = converted.plus(released).negated();
  if (event.type === 'broker.filled') {
    const held = notional(new Decimal(event.payload.quantity), new Decimal(event.payload.price), order.multiplier);
    adjustExposure(tx, order.accountId, { reserved: freed, held });
  } else if (!released.isZero()) {
    adjustExposure(tx, order.accountId, { reserved: freed });
  }
}

function fillIdOf({ payload }: BrokerMessage): Id {
  return deriveId('fill', payload.broker, payload.venueEventId);
}

function emitted(event: BrokerMessage, from: OrderStatus, { order }: Outcome): Message[] {
  const { orderId, intentId, signalId, accountId, symbol, side } = order;
  const { teamId } = event;
  const key = `${event.payload.broker}/${event.payload.venueEventId}`;
  const messages: Message[] = [];
  if (event.type === 'broker.filled') {
    const { quantity, price, at } = event.payload;
    const fillId = fillIdOf(event);
    const payload = { fillId, orderId, intentId, signalId, accountId, symbol, side, quantity, price };
    messages.push({
      id: deriveId('order.filled', fillId),
      type: 'order.filled',
      teamId,
      key: fillId,
      payload: { ...payload, multiplier: decimalText(order.multiplier), currency: order.currency, executedAt: at },
    });
  }
  messages.push({
    id: deriveId('order.changed', key),
    type: 'order.changed',
    teamId,
    key,
    payload: changeOf(event, from, order),
  });
  return messages;
}

function changeOf(event: BrokerMessage, from: OrderStatus, order: OrderRecord): Message<'order.changed'>['payload'] {
  const { orderId, intentId, signalId, accountId, clientOrderId, symbol, side } = order;
  return {
    ...{ orderId, intentId, signalId, accountId, clientOrderId, symbol, side },
    from,
    to: order.status,
    quantity: decimalText(order.quantity),
    filledQuantity: decimalText(order.filledQuantity),
    ...(order.filledQuantity.gt(0) && {
      averagePrice: decimalText(order.filledValue.div(order.filledQuantity).toDecimalPlaces(12)),
    }),
    ...('reason' in event.payload && { reason: event.payload.reason }),
  };
}
