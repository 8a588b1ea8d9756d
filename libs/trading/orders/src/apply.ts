import type { Message, MessageType, OrderStatus } from '@keelson/contracts';
import { Decimal, decimalText, deriveId, type Id, invariant, notional } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import { adjustExposure } from '@keelson/risk';
import { insertBrokerEvent, insertFill, lockOrders, updateOrder, type OrderRecord } from './orders.store.ts';
import { applyReport, type Outcome, type Report } from './report.ts';
import { isTerminal } from './transitions.ts';

type BrokerMessage = Message<Extract<MessageType, `broker.${string}`>>;

interface ApplyContext {
  readonly orders: OrderRecord[];
  readonly knownEvents: Set<string>;
}

/**
 * Step apply: moves an order by what the venue said. Each venue event counts once, whichever way it came; each fill
 * turns its part of the reservation from reserved to held; the end of an order gives back the rest.
 */
export const apply: StepHandler<ApplyContext> = {
  step: 'apply',

  prefetch: lockOrders,

  handle(message, context, work) {
    const event = message as BrokerMessage;
    const { broker, venueEventId, clientOrderId } = event.payload;
    if (context.knownEvents.has(venueEventId)) return [];
    const index = context.orders.findIndex((order) => order.clientOrderId === clientOrderId);
    const before = context.orders[index];
    invariant(before, `The venue reports on an order of signal ${work.signalId}`);
    context.knownEvents.add(venueEventId);
    insertBrokerEvent(work.tx, {
      broker,
      venueEventId,
      orderId: before.orderId,
      type: event.type,
      payload: event.payload,
    });

    const outcome = applyReport(before, reportOf(event));
    if (!outcome.changed) return [];
    context.orders[index] = outcome.order;
    write(event, outcome, work);
    return emitted(event, before.status, outcome);
  },
};

function reportOf(event: BrokerMessage): Report {
  if (event.type === 'broker.filled') {
    return { kind: 'filled', quantity: event.payload.quantity, price: event.payload.price };
  }
  if (event.type === 'broker.not_sent') return { kind: event.payload.because === 'expired' ? 'expired' : 'cancelled' };
  return { kind: event.type.slice('broker.'.length) as Report['kind'] };
}

function write(event: BrokerMessage, { order, converted, released }: Outcome, { tx }: StepWork): void {
  const { payload } = event;
  const reason = 'reason' in payload ? payload.reason : undefined;
  updateOrder(tx, order, { venueOrderId: payload.venueOrderId, reason, completed: isTerminal(order.status) });
  if (event.type === 'broker.filled') {
    const { quantity, price, at } = event.payload;
    insertFill(tx, {
      fillId: fillIdOf(event),
      orderId: order.orderId,
      signalId: order.signalId,
      quantity,
      price,
      executedAt: at,
    });
    const held = notional(new Decimal(quantity), new Decimal(price), order.multiplier);
    adjustExposure(tx, order.accountId, { reserved: converted.plus(released).negated(), held });
  } else if (!released.isZero()) {
    adjustExposure(tx, order.accountId, { reserved: released.negated() });
  }
}

function fillIdOf({ payload }: BrokerMessage): Id {
  return deriveId('fill', payload.broker, payload.venueEventId);
}

function emitted(event: BrokerMessage, from: OrderStatus, { order, converted }: Outcome): Message[] {
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
      payload: { ...payload, reserved: decimalText(converted), executedAt: at },
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
