import { type Id, invariant } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { amend, executionIdOf, type Amendment, type Execution, type ExecutionReport } from './executions.ts';
import { insertBrokerEvents, type BrokerEventRecord } from './fills.store.ts';
import type { IntentRecord, OrderRecord } from './order-record.ts';
import { insertOrders, updateOrder, type KnownEvent, type LockedOrders, type NewOrder } from './orders.store.ts';
import { isTerminal } from './transitions.ts';

/** What a venue added to an order beside its state. */
interface Said {
  readonly venueOrderId?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * The orders of one signal in one transaction, under lock: read once, changed in memory, and each written once, in its
 * last state, at the end.
 */
export class WorkingSet {
  readonly intent: IntentRecord | undefined;
  readonly #orders: OrderRecord[];
  readonly #known: Set<string>;
  readonly #executions: Map<string, Execution>;
  readonly #events: BrokerEventRecord[] = [];
  readonly #changed = new Map<Id, Said>();
  readonly #added: NewOrder[] = [];
  #writes = false;

  constructor({ intent, orders, events }: LockedOrders) {
    this.intent = intent;
    this.#orders = orders;
    this.#known = new Set(events.map(({ venueEventId }) => venueEventId));
    this.#executions = executionsOf(events);
  }

  get orders(): readonly OrderRecord[] {
    return this.#orders;
  }

  /** True once something of this commit is to be written. */
  get touched(): boolean {
    return this.#writes;
  }

  find(matches: (order: OrderRecord) => boolean): OrderRecord | undefined {
    return this.#orders.find(matches);
  }

  /** Notes an event; false when it was noted before, whichever way it came. */
  note(tx: Tx, event: BrokerEventRecord): boolean {
    if (this.#known.has(event.venueEventId)) return false;
    this.#known.add(event.venueEventId);
    this.#events.push(event);
    this.#writeAtEnd(tx);
    return true;
  }

  /** Takes a report about an execution of an order into account. */
  amend(orderId: Id, report: ExecutionReport): Amendment & { readonly before: Execution | undefined } {
    const key = `${orderId}/${executionIdOf(report)}`;
    const before = this.#executions.get(key);
    const amendment = amend(before, report);
    this.#executions.set(key, amendment.execution);
    return { ...amendment, before };
  }

  /** Puts an order into its new state. */
  change(tx: Tx, order: OrderRecord, said: Said = {}): void {
    const index = this.#orders.findIndex(({ orderId }) => orderId === order.orderId);
    invariant(index >= 0, 'Only orders that were read can change');
    this.#orders[index] = order;
    const { venueOrderId, reason } = this.#changed.get(order.orderId) ?? {};
    this.#changed.set(order.orderId, {
      venueOrderId: said.venueOrderId ?? venueOrderId,
      reason: said.reason ?? reason,
    });
    this.#writeAtEnd(tx);
  }

  /** Adds an order that is written with this commit. */
  add(tx: Tx, order: NewOrder, record: OrderRecord): void {
    this.#orders.push(record);
    this.#added.push(order);
    this.#writeAtEnd(tx);
  }

  #writeAtEnd(tx: Tx): void {
    if (this.#writes) return;
    this.#writes = true;
    tx.atEnd('gathered', () => this.#write(tx));
  }

  #write(tx: Tx): void {
    if (this.#events.length > 0) insertBrokerEvents(tx, this.#events);
    if (this.#added.length > 0) insertOrders(tx, this.#added);
    for (const [orderId, said] of this.#changed) {
      const order = this.#orders.find((one) => one.orderId === orderId)!;
      updateOrder(tx, order, { ...said, completed: isTerminal(order.status) });
    }
  }
}

/** What earlier commits heard of executions, by order and execution. */
function executionsOf(events: readonly KnownEvent[]): Map<string, Execution> {
  const executions = new Map<string, Execution>();
  for (const { orderId, type, payload } of events) {
    if (!payload) continue;
    const report: ExecutionReport = { type: type as ExecutionReport['type'], payload };
    const key = `${orderId}/${executionIdOf(report)}`;
    executions.set(key, amend(executions.get(key), report).execution);
  }
  return executions;
}
