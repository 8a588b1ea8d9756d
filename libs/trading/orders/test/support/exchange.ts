import type { Message, MessageType } from '@keelson/contracts';
import { Decimal, deriveId, newId, ZERO } from '@keelson/kernel';
import type { Command } from './books.ts';

type BrokerMessage = Message<Extract<MessageType, `broker.${string}`>>;
type ReportType = BrokerMessage['type'];

interface BookedOrder {
  readonly id: string;
  readonly side: 'buy' | 'sell';
  readonly reduceOnly: boolean;
  readonly role: string;
  open: Decimal;
  filled: Decimal;
  live: boolean;
}

interface Executed {
  readonly executionId: string;
  readonly order: BookedOrder;
  quantity: Decimal;
  busted: boolean;
}

/**
 * A venue in memory that does what any venue may: takes or refuses, fills in parts, busts and corrects. It keeps the truth
 * that our books are compared with; what it says waits in `said`, for the test to deliver in any order.
 */
export class Exchange {
  readonly orders = new Map<string, BookedOrder>();
  readonly executions: Executed[] = [];
  readonly said: BrokerMessage[] = [];
  #events = 0;

  take(command: Extract<Command, { type: 'submit_order' }>, refuse: boolean): void {
    const { clientOrderId, side, reduceOnly, role, quantity } = command.payload;
    if (refuse || (reduceOnly && this.#reducible(side).lte(0)))
      return this.#say('broker.rejected', clientOrderId, { reason: 'no' });
    this.#book({ id: clientOrderId, side, reduceOnly, role }, quantity);
  }

  cancel({ payload }: Extract<Command, { type: 'cancel_order' }>): void {
    const order = this.orders.get(payload.clientOrderId);
    const { attemptId } = payload;
    if (!order?.live)
      return this.#say('broker.cancel_refused', payload.clientOrderId, { reason: 'too late', attemptId });
    this.#end(order, 'broker.cancelled');
  }

  replace({ payload }: Extract<Command, { type: 'replace_order' }>, refuse: boolean): void {
    const old = this.orders.get(payload.clientOrderId);
    const { attemptId, revision, openQuantity } = payload;
    if (refuse) return this.#say('broker.rejected', revision.clientOrderId, { reason: 'no' });
    if (!old?.live || !old.open.eq(openQuantity)) {
      return this.#say('broker.cancel_refused', payload.clientOrderId, { reason: 'too late', attemptId });
    }
    old.live = false;
    this.#say('broker.replaced', old.id, { replacedBy: revision.clientOrderId });
    const { side, reduceOnly, role } = old;
    this.#book({ id: revision.clientOrderId, side, reduceOnly, role }, revision.quantity);
  }

  /** Fills part of a live order, or all; an order that may only reduce goes no further than the position. */
  fill(order: BookedOrder, share: number): void {
    const part = order.open.times(share).div(4).ceil();
    const quantity = order.reduceOnly ? Decimal.min(part, this.#reducible(order.side)) : part;
    if (quantity.lte(0)) return this.#end(order, 'broker.cancelled');
    order.open = order.open.minus(quantity);
    order.filled = order.filled.plus(quantity);
    order.live = order.open.gt(0);
    const executionId = newId();
    this.executions.push({ executionId, order, quantity, busted: false });
    const amounts = { quantity: quantity.toFixed(), price: '100', cumulativeQuantity: order.filled.toFixed() };
    this.#say('broker.filled', order.id, { ...amounts, executionId });
  }

  bust(execution: Executed): void {
    execution.busted = true;
    this.#say('broker.busted', execution.order.id, { executionId: execution.executionId, reason: 'erroneous' });
  }

  /** Corrects an execution downwards. */
  correct(execution: Executed): void {
    if (execution.quantity.lte(1)) return;
    execution.quantity = execution.quantity.minus(1);
    const { executionId, quantity, order } = execution;
    const said = { executionId, quantity: quantity.toFixed(), price: '101', reason: 'wrong quantity' };
    this.#say('broker.corrected', order.id, said);
  }

  expire(order: BookedOrder): void {
    this.#end(order, 'broker.expired');
  }

  live(): BookedOrder[] {
    return [...this.orders.values()].filter((order) => order.live);
  }

  /** What an order has of executions that still count. */
  netFilled(id: string): Decimal {
    return this.#sum(({ order }) => order.id === id);
  }

  #reducible(side: 'buy' | 'sell'): Decimal {
    const bought = this.#sum(({ order }) => order.side === 'buy');
    const sold = this.#sum(({ order }) => order.side === 'sell');
    return side === 'sell' ? bought.minus(sold) : sold.minus(bought);
  }

  #sum(matches: (execution: Executed) => boolean): Decimal {
    const counting = this.executions.filter((one) => !one.busted && matches(one));
    return counting.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
  }

  #book(order: Pick<BookedOrder, 'id' | 'side' | 'reduceOnly' | 'role'>, quantity: string): void {
    this.orders.set(order.id, { ...order, open: new Decimal(quantity), filled: ZERO, live: true });
    this.#say('broker.accepted', order.id, {});
  }

  #end(order: BookedOrder, type: 'broker.cancelled' | 'broker.expired'): void {
    order.live = false;
    this.#say(type, order.id, { reason: 'ended' });
  }

  #say(type: ReportType, clientOrderId: string, more: object): void {
    this.#events += 1;
    const venueEventId = `event-${this.#events}`;
    const at = new Date(Date.UTC(2026, 0, 1) + this.#events).toISOString();
    const payload = { broker: 'paper', venueEventId, clientOrderId, at, ...more };
    this.said.push({ id: deriveId(venueEventId), type, teamId: newId(), key: venueEventId, payload } as BrokerMessage);
  }
}
