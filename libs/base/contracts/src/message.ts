import type { Id } from '@keelson/kernel';
import type { z } from 'zod';
import {
  brokerAccepted,
  brokerBusted,
  brokerCancelled,
  brokerCancelRefused,
  brokerCorrected,
  brokerExpired,
  brokerFilled,
  brokerNotSent,
  brokerRejected,
  brokerReplaced,
  brokerUnknown,
} from './messages/broker.ts';
import { entryPosted, trade } from './messages/ledger.ts';
import {
  cancelOrder,
  orderApproved,
  orderChanged,
  orderDenied,
  orderFillBusted,
  orderFilled,
  replaceOrder,
  submitOrder,
} from './messages/order.ts';
import { driftEnded, driftFound } from './messages/reconciliation.ts';
import { signalReceived } from './messages/signal.ts';
import { tradingStateChanged } from './messages/trading-state.ts';

/** Every message that may stand in the outbox, by type. Events are past tense, commands imperative. */
export const messageSchemas = {
  'signal.received': signalReceived,
  'order.approved': orderApproved,
  'order.denied': orderDenied,
  submit_order: submitOrder,
  cancel_order: cancelOrder,
  replace_order: replaceOrder,
  'broker.accepted': brokerAccepted,
  'broker.rejected': brokerRejected,
  'broker.filled': brokerFilled,
  'broker.cancelled': brokerCancelled,
  'broker.expired': brokerExpired,
  'broker.replaced': brokerReplaced,
  'broker.cancel_refused': brokerCancelRefused,
  'broker.busted': brokerBusted,
  'broker.corrected': brokerCorrected,
  'broker.unknown': brokerUnknown,
  'broker.not_sent': brokerNotSent,
  'order.changed': orderChanged,
  'order.filled': orderFilled,
  'order.fill_busted': orderFillBusted,
  'entry.posted': entryPosted,
  'trade.created': trade,
  'trade.updated': trade,
  'trade.closed': trade,
  'trading_state.changed': tradingStateChanged,
  'drift.found': driftFound,
  'drift.ended': driftEnded,
} as const;

export type MessageType = keyof typeof messageSchemas;
export type Payload<Type extends MessageType> = z.infer<(typeof messageSchemas)[Type]>;

/** A message between two steps: the id is derived from what caused it, so that a repeated step emits the same one. */
export type Message<Type extends MessageType = MessageType> = {
  [T in Type]: {
    readonly id: Id;
    readonly type: T;
    readonly teamId: Id;
    /** The idempotency key of the step that consumes it (flow.ts). */
    readonly key: string;
    readonly payload: Payload<T>;
  };
}[Type];
