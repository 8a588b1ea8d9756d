import type { Message, MessageType, Payload } from '@keelson/contracts';
import { Decimal, deriveId, type Id, newId, ZERO } from '@keelson/kernel';
import type { StepWork } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { apply } from '../../src/apply.ts';
import type { IntentRecord, OrderRecord } from '../../src/order-record.ts';
import type { KnownEvent } from '../../src/orders.store.ts';
import { ordersOf } from '../../src/place.ts';
import { meantBy } from '../../src/revision.ts';
import { isTerminal } from '../../src/transitions.ts';
import { WorkingSet } from '../../src/working-set.ts';
import { beginReplacement, carryOut } from '../../src/carry-out.ts';

export type Command = Message<'submit_order' | 'cancel_order' | 'replace_order'>;
type BrokerMessage = Message<Extract<MessageType, `broker.${string}`>>;

const SIGNAL = deriveId('signal', 'books');

/**
 * Our side of one signal in memory: step apply itself, with a transaction that keeps what Postgres would. Every commit
 * starts from what the ones before it left, as a locked read does.
 */
export class Books {
  intent: IntentRecord;
  orders: OrderRecord[];
  readonly #events: KnownEvent[] = [];
  readonly commands: Command[] = [];
  /** What was told, by type. */
  readonly told: Message[] = [];
  reserved: Decimal;
  held = ZERO;

  constructor(approved: Payload<'order.approved'>) {
    const { intentId, symbol, side, quantity, notional, exits, legs } = approved;
    this.intent = {
      ...{ intentId, symbol, side, exits, legs },
      ...{ quantity: new Decimal(quantity), notional: new Decimal(notional) },
      rate: new Decimal(1),
    };
    this.reserved = new Decimal(notional);
    const first = ordersOf(approved);
    this.orders = first.map((order) => ({
      ...order,
      quantity: new Decimal(order.quantity),
      referencePrice: new Decimal(order.referencePrice),
      multiplier: new Decimal(order.multiplier),
      reserved: new Decimal(order.reserved),
      askedOpen: undefined,
      ...{ status: 'created', filledQuantity: ZERO, filledValue: ZERO, bustedQuantity: ZERO, cancel: undefined },
    }));
    for (const order of first) this.commands.push(submitOf(order));
  }

  /** As step route marks a claim; false when the order has ended, or shall end, unsent. */
  claim(orderId: Id): boolean {
    const order = this.orders.find((one) => one.orderId === orderId)!;
    if (order.status !== 'created' || order.cancel) return false;
    this.#set({ ...order, status: 'submitted' });
    return true;
  }

  /** One commit of step apply with these reports. */
  hear(reports: readonly BrokerMessage[]): void {
    this.#commit((set, work) => {
      const context = { set, refused: new Set<Id>(), last: undefined };
      for (const report of reports) this.told.push(...apply.handle(report, context as never, work));
      this.commands.push(...(apply.finish!(context as never, work) as Command[]));
      for (const { payload, type } of reports) {
        const order = this.orders.find((one) => one.clientOrderId === payload.clientOrderId)!;
        const known = this.#events.some(({ venueEventId }) => venueEventId === payload.venueEventId);
        const isExecution = ['broker.filled', 'broker.busted', 'broker.corrected'].includes(type);
        if (!known) {
          this.#events.push({
            ...{ venueEventId: payload.venueEventId, orderId: order.orderId, type },
            payload: isExecution ? (payload as KnownEvent['payload']) : null,
          });
        }
      }
    });
  }

  /** As requestCancel does with the standing entry. */
  cancel(orderId: Id): void {
    this.#commit((set, { tx }) => {
      const meant = meantBy(
        set.find((one) => one.orderId === orderId)!,
        set,
      ).filter(({ status }) => !isTerminal(status));
      for (const order of meant) set.change(tx, { ...order, cancel: { reason: 'test', planned: false } });
      this.commands.push(...(carryOut([], set, asking(tx)) as Command[]));
    });
  }

  /** As requestReplace does. */
  replace(order: OrderRecord, quantity: Decimal): void {
    this.#commit((set, { tx }) => {
      this.commands.push(beginReplacement(order, { quantity, terms: order.terms, reserved: ZERO }, set, asking(tx)));
    });
  }

  #commit(act: (set: WorkingSet, work: StepWork) => void): void {
    const set = new WorkingSet({ intent: this.intent, orders: [...this.orders], events: [...this.#events] });
    const last: { rank: number; work: () => void }[] = [];
    const tx = {
      teamId: 'team',
      atEnd: (rank: number, work: () => void) => last.push({ rank, work }),
      execute: ({ name }: { name: string }, values: readonly unknown[]) => this.#keep(name, values),
      // Events, orders and fills: the working set has them in memory.
      executeRows: () => undefined,
    } as unknown as Tx;
    act(set, { tx, teamId: newId(), signalId: SIGNAL, afterCommit: () => undefined });
    for (const { work } of last.sort((a, b) => a.rank - b.rank)) work();
    this.orders = [...set.orders];
  }

  #keep(name: string, values: readonly unknown[]): void {
    if (name !== 'risk.move_exposure') return;
    for (const amount of values[3] as string[]) this.reserved = this.reserved.plus(amount);
    for (const amount of values[4] as string[]) this.held = this.held.plus(amount);
  }

  #set(order: OrderRecord): void {
    this.orders = this.orders.map((one) => (one.orderId === order.orderId ? order : one));
  }
}

function asking(tx: Tx) {
  return { tx, teamId: newId(), cause: newId(), expiresAt: new Date(0).toISOString() };
}

function submitOf(order: ReturnType<typeof ordersOf>[number]): Command {
  const { clientOrderId } = order;
  return { id: newId(), type: 'submit_order', teamId: newId(), key: clientOrderId, payload: order as never };
}
