import { randomUUID } from 'node:crypto';
import { Decimal } from '@keelson/kernel';
import {
  activityId,
  assetClass,
  assetId,
  type EmulatedFill,
  type EmulatedOrder,
  type EmulatedUpdate,
  fineTime,
  isOpen,
  type OrderBody,
  text,
  type VendorRefusal,
} from './model.ts';
import { refuseBody, refuseReplacement, unprocessable } from './rules.ts';

export type BookLine =
  | { readonly kind: 'order'; readonly order: EmulatedOrder }
  | { readonly kind: 'change'; readonly order: EmulatedOrder }
  /** Its stop price was reached: from now on it is a market or limit order. */
  | { readonly kind: 'trigger'; readonly order: EmulatedOrder }
  | { readonly kind: 'fill'; readonly order: EmulatedOrder; readonly fill: EmulatedFill };

type Changes = Partial<Pick<EmulatedOrder, 'status' | 'hwm' | 'replaced_by'>> & { readonly stamp?: Stamp };
type Stamp = 'canceled_at' | 'expired_at' | 'failed_at' | 'replaced_at';

export interface BookParts {
  readonly assets: ReadonlySet<string>;
  readonly cash: string;
  /** Writes a line that outlives the process, before anybody hears of it. */
  readonly write: (line: BookLine) => void;
  readonly tell: (update: EmulatedUpdate) => void;
}

/** The venue's books: orders, executions, positions, cash. Every change is a line of its log; a restart reads them again. */
export class Book {
  readonly orders = new Map<string, EmulatedOrder>();
  readonly fills: EmulatedFill[] = [];
  readonly #triggered = new Set<string>();
  readonly #parts: BookParts;
  readonly #byClientId = new Map<string, string>();

  constructor(parts: BookParts) {
    this.#parts = parts;
  }

  restore(lines: readonly BookLine[]): void {
    for (const line of lines) {
      this.#keep(line.order);
      if (line.kind === 'fill') this.fills.push(line.fill);
      if (line.kind === 'trigger') this.#triggered.add(line.order.id);
    }
  }

  byClientId(clientOrderId: string): EmulatedOrder | undefined {
    return this.orders.get(this.#byClientId.get(clientOrderId) ?? '');
  }

  isTriggered({ id }: EmulatedOrder): boolean {
    return this.#triggered.has(id);
  }

  trigger(order: EmulatedOrder): void {
    if (this.#triggered.has(order.id)) return;
    this.#triggered.add(order.id);
    this.#parts.write({ kind: 'trigger', order });
  }

  submit(body: OrderBody, price: Decimal): EmulatedOrder | VendorRefusal {
    const refusal =
      refuseBody(body, this.#parts.assets) ?? this.#refuseDuplicate(body) ?? this.#refuseFunds(body, price);
    if (refusal !== undefined) return refusal;
    return this.#create(body, null);
  }

  /** The revision stands as `pending_new`, the old order as `pending_replace`, until `settleReplacement`. */
  replace(old: EmulatedOrder, changes: OrderBody & { readonly trail?: string }): EmulatedOrder | VendorRefusal {
    const refusal = refuseReplacement(old, { ...changes }) ?? this.#refuseDuplicate(changes);
    if (refusal !== undefined) return refusal;
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const { trail, ...rest } = given as typeof changes;
    const body: Record<string, unknown> = { ...old, ...rest, client_order_id: changes.client_order_id };
    if (trail !== undefined) body[old.trail_price === null ? 'trail_percent' : 'trail_price'] = trail;
    for (const [name, value] of Object.entries(body)) if (value === null) delete body[name];
    this.change(old, { status: 'pending_replace' }, 'pending_replace');
    return this.#create(body as OrderBody, old.id);
  }

  /** The replacement reaches the market: the old order goes if it still works, else the new one is refused. */
  settleReplacement(revision: EmulatedOrder): boolean {
    const old = this.orders.get(revision.replaces ?? '');
    if (old === undefined || !isOpen(old)) {
      this.change(revision, { status: 'rejected', stamp: 'failed_at' }, 'rejected');
      return false;
    }
    this.change(old, { status: 'replaced', replaced_by: revision.id, stamp: 'replaced_at' }, 'replaced');
    return true;
  }

  /** One execution: order, activity and event. */
  fill(order: EmulatedOrder, quantity: Decimal, price: Decimal): void {
    const at = new Date();
    const filled = new Decimal(order.filled_qty).plus(quantity);
    const cost = new Decimal(order.filled_avg_price ?? 0).times(order.filled_qty).plus(price.times(quantity));
    const isWhole = filled.eq(order.qty);
    order.filled_qty = filled.toFixed();
    order.filled_avg_price = cost.div(filled).toDecimalPlaces(6).toFixed();
    order.updated_at = fineTime(at);
    if (isWhole) order.filled_at = order.updated_at;
    // An order about to be replaced or cancelled keeps waiting for that while a part of it fills.
    if (isWhole || !order.status.startsWith('pending_')) order.status = isWhole ? 'filled' : 'partially_filled';
    const execution = randomUUID();
    const fill: EmulatedFill = {
      id: activityId(at, execution),
      activity_type: 'FILL',
      transaction_time: at.toISOString(),
      type: isWhole ? 'fill' : 'partial_fill',
      price: price.toFixed(),
      qty: quantity.toFixed(),
      side: order.side,
      symbol: order.symbol,
      leaves_qty: new Decimal(order.qty).minus(filled).toFixed(),
      order_id: order.id,
      cum_qty: filled.toFixed(),
      order_status: isWhole ? 'filled' : 'partially_filled',
    };
    this.#parts.write({ kind: 'fill', order, fill });
    this.fills.push(fill);
    this.#parts.tell({
      event: fill.type,
      // The stream is finer than the activities about one and the same moment.
      timestamp: fill.transaction_time.replace('Z', '123456Z'),
      order: { ...order },
      execution_id: execution,
      price: fill.price,
      qty: fill.qty,
      position_qty: (this.positions().get(order.symbol) ?? new Decimal(0)).toFixed(),
    });
  }

  change(order: EmulatedOrder, { stamp, ...changes }: Changes, event: string | undefined): void {
    const at = fineTime(new Date());
    Object.assign(order, changes, { updated_at: at }, stamp === undefined ? {} : { [stamp]: at });
    this.#parts.write({ kind: 'change', order });
    if (event !== undefined) this.#parts.tell({ event, timestamp: at, order: { ...order } });
  }

  /** An event that changes nothing. */
  announce(order: EmulatedOrder, event: string): void {
    this.#parts.tell({ event, timestamp: fineTime(new Date()), order: { ...order } });
  }

  /** Net quantity by symbol, without those that are flat. */
  positions(): Map<string, Decimal> {
    const net = new Map<string, Decimal>();
    for (const { symbol, qty, side } of this.fills) {
      const signed = side === 'buy' ? new Decimal(qty) : new Decimal(qty).negated();
      net.set(symbol, (net.get(symbol) ?? new Decimal(0)).plus(signed));
    }
    return new Map([...net].filter(([, quantity]) => !quantity.isZero()));
  }

  get cash(): Decimal {
    return this.fills.reduce((cash, { side, qty, price }) => {
      const amount = new Decimal(qty).times(price);
      return side === 'buy' ? cash.minus(amount) : cash.plus(amount);
    }, new Decimal(this.#parts.cash));
  }

  #create(body: OrderBody, replaces: string | null): EmulatedOrder {
    const at = fineTime(new Date());
    const { symbol, side, type, time_in_force } = body as Record<string, string>;
    const order: EmulatedOrder = {
      id: randomUUID(),
      client_order_id: body.client_order_id ?? randomUUID(),
      ...{ created_at: at, updated_at: at, submitted_at: at, filled_at: null, expired_at: null },
      ...{ canceled_at: null, failed_at: null, replaced_at: null, replaced_by: null, replaces },
      ...{ asset_id: assetId(), symbol: symbol!, asset_class: assetClass(symbol!), notional: null },
      ...{ qty: text(body.qty)!, filled_qty: '0', filled_avg_price: null, order_class: 'simple' },
      ...{ order_type: type!, type: type!, side: side as 'buy' | 'sell', time_in_force: time_in_force! },
      ...{ limit_price: text(body.limit_price), stop_price: text(body.stop_price), status: 'pending_new' },
      ...{ extended_hours: false, legs: null, trail_percent: text(body.trail_percent) },
      ...{ trail_price: text(body.trail_price), hwm: null },
      position_intent: body.position_intent ?? this.#intentOf(symbol!, side!),
    };
    this.#parts.write({ kind: 'order', order });
    this.#keep(order);
    this.announce(order, 'pending_new');
    return order;
  }

  #intentOf(symbol: string, side: string): string {
    const held = this.positions().get(symbol) ?? new Decimal(0);
    return `${side}_to_${(side === 'sell' ? held.gt(0) : held.lt(0)) ? 'close' : 'open'}`;
  }

  #keep(order: EmulatedOrder): void {
    this.orders.set(order.id, order);
    this.#byClientId.set(order.client_order_id, order.id);
  }

  #refuseDuplicate({ client_order_id }: OrderBody): VendorRefusal | undefined {
    if (client_order_id === undefined || !this.#byClientId.has(client_order_id)) return undefined;
    return unprocessable('client_order_id must be unique');
  }

  #refuseFunds({ side, qty, symbol }: OrderBody, price: Decimal): VendorRefusal | undefined {
    if (side === 'buy' && price.times(qty!).gt(this.cash)) {
      return { status: 403, code: 40_310_000, message: 'insufficient buying power' };
    }
    // Coins cannot be sold short.
    const held = this.positions().get(symbol!) ?? new Decimal(0);
    if (side === 'sell' && symbol!.includes('/') && held.lt(qty!)) {
      return { status: 403, code: 40_310_000, message: `insufficient balance for ${symbol!.split('/')[0]}` };
    }
    return undefined;
  }
}
