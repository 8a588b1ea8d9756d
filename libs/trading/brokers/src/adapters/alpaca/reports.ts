import { Decimal, deriveId } from '@keelson/kernel';
import type { BrokerReport } from '../../broker.port.ts';
import type { AlpacaFill, AlpacaOrder } from './parse.ts';

/** The venue's name in reports. */
export const ALPACA = 'alpaca';

/** Statuses after which nothing more comes of an order. */
const ENDED = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);

export function hasEnded({ status }: AlpacaOrder): boolean {
  return ENDED.has(status);
}

/** An execution, whichever way it was heard of. `cumulativeQuantity` is what the order had filled with it. */
export interface Execution {
  readonly quantity: string;
  readonly price: string;
  readonly cumulativeQuantity: string;
  readonly at: string;
}

export function executionOf({ qty, price, cum_qty, transaction_time }: AlpacaFill): Execution {
  return { quantity: qty, price, cumulativeQuantity: cum_qty, at: transaction_time };
}

/**
 * Ids of events: the venue order id, which is unique among all accounts, and what happened. An execution is told apart
 * from its siblings by the quantity filled so far, the one number that answers, activities and the stream agree on.
 */
export function executionId(venueOrderId: string, cumulativeQuantity: string): string {
  return `${venueOrderId}/filled/${cumulativeQuantity}`;
}

/** What is known of an order but for its end, in the order in which it happened; pure, so that every way gives the same. */
export function beginningOf(order: AlpacaOrder, executions: readonly Execution[]): BrokerReport[] {
  const sorted = executions.toSorted((a, b) => new Decimal(a.cumulativeQuantity).cmp(b.cumulativeQuantity));
  return [
    // A rejected order may have been acknowledged before; that says nothing that its rejection does not.
    ...(order.status === 'rejected' ? [] : [acceptedOf(order)]),
    ...sorted.map((execution) => filledOf(order, execution)),
  ];
}

export function acceptedOf(order: AlpacaOrder): BrokerReport {
  return { type: 'broker.accepted', payload: said(order, 'accepted', order.submitted_at ?? order.created_at) };
}

export function filledOf(order: AlpacaOrder, execution: Execution): BrokerReport {
  const { quantity, price, cumulativeQuantity, at } = execution;
  return {
    type: 'broker.filled',
    payload: {
      ...said(order, `filled/${cumulativeQuantity}`, at),
      ...{ quantity, price, cumulativeQuantity },
      executionId: executionId(order.id, cumulativeQuantity),
    },
  };
}

/** How an order ended, other than by its last fill; undefined when it has not. */
export function endOf(order: AlpacaOrder, replacedBy: string | undefined): BrokerReport | undefined {
  switch (order.status) {
    case 'canceled':
      return { type: 'broker.cancelled', payload: { ...ended(order, order.canceled_at), reason: 'cancelled' } };
    case 'expired':
      return { type: 'broker.expired', payload: { ...ended(order, order.expired_at), reason: 'its time ended' } };
    case 'rejected':
      return { type: 'broker.rejected', payload: { ...ended(order, order.failed_at), reason: 'the venue refused it' } };
    case 'replaced':
      if (replacedBy === undefined) return undefined;
      return { type: 'broker.replaced', payload: { ...ended(order, order.replaced_at), replacedBy } };
    default:
      return undefined;
  }
}

/** A cancel or replacement that came too late. It has no id, and happens more than once: its time tells two apart. */
export function cancelRefusedOf(order: AlpacaOrder, at: string, reason: string): BrokerReport {
  return { type: 'broker.cancel_refused', payload: { ...said(order, `cancel_refused/${at}`, at), reason } };
}

/** A refusal that the venue keeps no record of: its id is the same each time the same order is refused. */
export function refusedOf(account: string, clientOrderId: string, reason: string): BrokerReport {
  return {
    type: 'broker.rejected',
    payload: {
      broker: ALPACA,
      venueEventId: deriveId('alpaca-refusal', account, clientOrderId),
      clientOrderId,
      at: new Date().toISOString(),
      reason: reason.slice(0, 500),
    },
  };
}

function ended(order: AlpacaOrder, at: string | undefined): ReturnType<typeof said> {
  return said(order, order.status, at ?? order.updated_at ?? order.created_at);
}

function said(order: AlpacaOrder, what: string, at: string) {
  return {
    broker: ALPACA,
    venueEventId: `${order.id}/${what}`,
    clientOrderId: order.client_order_id,
    venueOrderId: order.id,
    at,
  };
}
