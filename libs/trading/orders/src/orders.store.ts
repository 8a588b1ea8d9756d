import type { Exits, OrderRole, OrderStatus, OrderTerms, Side, SpreadLeg } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';
import type { ExecutionReport } from './executions.ts';
import type { IntentRecord, OrderIdentity, OrderRecord } from './order-record.ts';

/** An order to be written; amounts are decimal text. */
export interface NewOrder extends OrderIdentity {
  /** The submit_order, or the replace_order, that takes it to the venue. */
  readonly submitMessageId: Id;
  readonly quantity: string;
  readonly referencePrice: string;
  readonly multiplier: string;
  readonly reserved: string;
  readonly expiresAt: string;
  readonly askedOpen: string | undefined;
  readonly attemptId: Id | undefined;
}

const INSERT_ORDERS = sqlOfRows(
  'orders.insert',
  {
    ...{ order_id: 'uuid', team_id: 'uuid', intent_id: 'uuid', submit_message_id: 'uuid', signal_id: 'uuid' },
    ...{ account_id: 'uuid', broker: 'text', client_order_id: 'text', leg: 'int', revision: 'int', role: 'text' },
    ...{ symbol: 'text', side: 'text', terms: 'jsonb', reduce_only: 'bool', quantity: 'numeric' },
    ...{ reference_price: 'numeric', multiplier: 'numeric', currency: 'text', reserved: 'numeric' },
    ...{ expires_at: 'timestamptz', replaces: 'uuid', attempt_id: 'uuid', asked_open: 'numeric' },
  },
  (
    rows,
  ) => `insert into orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id,
                       leg, revision, role, symbol, side, type, terms, reduce_only, quantity, reference_price, multiplier,
                       currency, status, reserved, expires_at, replaces, attempt_id, asked_open)
   select order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id, leg, revision,
          role, symbol, side, terms ->> 'type', terms, reduce_only, quantity, reference_price, multiplier, currency, 'created',
          reserved, expires_at, replaces, attempt_id, asked_open
     from ${rows}`,
);
const INSERT_INTENT = sqlOfRows(
  'orders.insert_intent',
  {
    ...{ intent_id: 'uuid', team_id: 'uuid', signal_id: 'uuid', account_id: 'uuid', symbol: 'text', side: 'text' },
    ...{
      quantity: 'numeric',
      notional: 'numeric',
      exits: 'jsonb',
      legs: 'jsonb',
      reduce_only: 'bool',
      rate: 'numeric',
    },
  },
  (
    rows,
  ) => `insert into intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional, exits, legs,
                        reduce_only, rate)
   select intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional, exits, legs, reduce_only, rate
     from ${rows}`,
);

/** What one approved signal wants. */
export interface NewIntent {
  readonly intentId: Id;
  readonly signalId: Id;
  readonly accountId: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly notional: string;
  readonly exits: Exits | undefined;
  readonly legs: readonly SpreadLeg[] | undefined;
  readonly reduceOnly: boolean;
  readonly rate: string;
}

/** Writes an intent and its first orders; a second time for the same signal is refused by the keys. */
export function insertIntent(tx: Tx, intent: NewIntent, orders: readonly NewOrder[]): void {
  const { intentId, signalId, accountId, symbol, side, quantity, notional, exits, legs, reduceOnly, rate } = intent;
  tx.executeRows(INSERT_INTENT, [
    {
      ...{ intent_id: intentId, team_id: tx.teamId!, signal_id: signalId, account_id: accountId, symbol, side },
      ...{ quantity, notional, exits: exits ? JSON.stringify(exits) : null, legs: legs ? JSON.stringify(legs) : null },
      ...{ reduce_only: reduceOnly, rate },
    },
  ]);
  insertOrders(tx, orders);
}

/** Writes further orders of an intent: exits, unwinding, revisions. */
export function insertOrders(tx: Tx, orders: readonly NewOrder[]): void {
  tx.executeRows(
    INSERT_ORDERS,
    orders.map((order) => ({
      ...{ order_id: order.orderId, team_id: tx.teamId!, intent_id: order.intentId, leg: order.leg },
      ...{ submit_message_id: order.submitMessageId, signal_id: order.signalId, account_id: order.accountId },
      ...{ broker: order.broker, client_order_id: order.clientOrderId, revision: order.revision, role: order.role },
      ...{ symbol: order.symbol, side: order.side, terms: JSON.stringify(order.terms), reduce_only: order.reduceOnly },
      ...{ quantity: order.quantity, reference_price: order.referencePrice, multiplier: order.multiplier },
      ...{ currency: order.currency, reserved: order.reserved, expires_at: order.expiresAt },
      ...{ replaces: order.replaces ?? null, attempt_id: order.attemptId ?? null, asked_open: order.askedOpen ?? null },
    })),
  );
}

// Orders of several signals are locked in the order of signals, which is the same everywhere.
const LOCK_ORDERS = sqlOfRows(
  'orders.lock',
  { signal_id: 'uuid' },
  (
    rows,
  ) => `select n.at, o.order_id, o.intent_id, o.signal_id, o.account_id, o.broker, o.client_order_id, o.leg, o.revision,
          o.role, o.symbol, o.side, o.terms, o.reduce_only, o.quantity, o.reference_price, o.multiplier, o.currency, o.status,
          o.filled_quantity, o.filled_value, o.busted_quantity, o.reserved, o.replaces, o.attempt_id, o.asked_open,
          o.cancel_requested_at is not null as cancel_requested, o.cancel_reason, o.cancel_planned,
          i.symbol as intent_symbol, i.side as intent_side, i.quantity as intent_quantity, i.notional, i.exits, i.legs, i.rate
     from ${rows}
     join orders o on o.signal_id = n.signal_id
     join intents i on i.intent_id = o.intent_id
    order by o.signal_id, o.leg, o.revision for update of o`,
);
const KNOWN_EVENTS = sqlOfRows(
  'orders.known_events',
  { signal_id: 'uuid' },
  (rows) => `select n.at, e.venue_event_id, e.order_id, e.type,
          case when e.type in ('broker.filled', 'broker.busted', 'broker.corrected') then e.payload end as payload
     from ${rows}
     join orders o on o.signal_id = n.signal_id
     join broker_events e on e.order_id = o.order_id
    order by e.recorded_at`,
);

interface OrderRow {
  readonly order_id: Id;
  readonly intent_id: Id;
  readonly signal_id: Id;
  readonly account_id: Id;
  readonly broker: string;
  readonly client_order_id: string;
  readonly leg: number;
  readonly revision: number;
  readonly role: OrderRole;
  readonly symbol: string;
  readonly side: Side;
  readonly terms: OrderTerms;
  readonly reduce_only: boolean;
  readonly quantity: string;
  readonly reference_price: string;
  readonly multiplier: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly filled_quantity: string;
  readonly filled_value: string;
  readonly busted_quantity: string;
  readonly reserved: string;
  readonly replaces: Id | null;
  readonly asked_open: string | null;
  readonly attempt_id: Id | null;
  readonly cancel_requested: boolean;
  readonly cancel_reason: string | null;
  readonly cancel_planned: boolean;
  readonly intent_symbol: string;
  readonly intent_side: Side;
  readonly intent_quantity: string;
  readonly notional: string;
  readonly rate: string;
  readonly exits: Exits | null;
  readonly legs: readonly SpreadLeg[] | null;
}

/** Something that a venue said before, as it was recorded. The payload is only read where it is about an execution. */
export interface KnownEvent {
  readonly venueEventId: string;
  readonly orderId: Id;
  readonly type: string;
  readonly payload: ExecutionReport['payload'] | null;
}

/** All orders of a signal under lock, and what is known of them. `intent` is undefined when there are none. */
export interface LockedOrders {
  readonly intent: IntentRecord | undefined;
  readonly orders: OrderRecord[];
  readonly events: readonly KnownEvent[];
}

/** Locks the orders of a signal; the events that were applied to them are exact as long as the lock is held. */
export async function lockOrders(tx: Tx, signalId: Id): Promise<LockedOrders> {
  const [rows, events] = await Promise.all([
    tx.queryRow<OrderRow>(LOCK_ORDERS, { signal_id: signalId }),
    tx.queryRow<{ venue_event_id: string; order_id: Id; type: string; payload: KnownEvent['payload'] }>(KNOWN_EVENTS, {
      signal_id: signalId,
    }),
  ]);
  return {
    intent: rows[0] && intentOf(rows[0]),
    orders: rows.map(orderOf),
    events: events.map(({ venue_event_id: venueEventId, order_id: orderId, type, payload }) => ({
      ...{ venueEventId, orderId, type, payload },
    })),
  };
}

function intentOf(row: OrderRow): IntentRecord {
  return {
    intentId: row.intent_id,
    symbol: row.intent_symbol,
    side: row.intent_side,
    quantity: new Decimal(row.intent_quantity),
    notional: new Decimal(row.notional),
    rate: new Decimal(row.rate),
    exits: row.exits ?? undefined,
    legs: row.legs ?? undefined,
  };
}

function orderOf(row: OrderRow): OrderRecord {
  return {
    orderId: row.order_id,
    intentId: row.intent_id,
    signalId: row.signal_id,
    accountId: row.account_id,
    broker: row.broker,
    clientOrderId: row.client_order_id,
    leg: row.leg,
    revision: row.revision,
    role: row.role,
    symbol: row.symbol,
    side: row.side,
    terms: row.terms,
    reduceOnly: row.reduce_only,
    quantity: new Decimal(row.quantity),
    referencePrice: new Decimal(row.reference_price),
    multiplier: new Decimal(row.multiplier),
    currency: row.currency,
    status: row.status,
    filledQuantity: new Decimal(row.filled_quantity),
    filledValue: new Decimal(row.filled_value),
    bustedQuantity: new Decimal(row.busted_quantity),
    reserved: new Decimal(row.reserved),
    replaces: row.replaces ?? undefined,
    askedOpen: row.asked_open === null ? undefined : new Decimal(row.asked_open),
    attemptId: row.attempt_id ?? undefined,
    cancel: row.cancel_requested ? { reason: row.cancel_reason ?? '', planned: row.cancel_planned } : undefined,
  };
}

const UPDATE_ORDER = sqlOfRows(
  'orders.update',
  {
    ...{ order_id: 'uuid', status: 'text', filled_quantity: 'numeric', filled_value: 'numeric', reserved: 'numeric' },
    ...{ venue_order_id: 'text', reason: 'text', completed: 'bool', busted_quantity: 'numeric', attempt_id: 'uuid' },
    ...{ cancel_reason: 'text', cancel_planned: 'bool' },
  },
  (rows) => `update orders o
      set status = n.status, filled_quantity = n.filled_quantity, filled_value = n.filled_value, reserved = n.reserved,
          venue_order_id = coalesce(n.venue_order_id, o.venue_order_id), reason = coalesce(n.reason, o.reason),
          completed_at = case when n.completed then coalesce(o.completed_at, clock_timestamp()) end,
          busted_quantity = n.busted_quantity, attempt_id = n.attempt_id,
          cancel_requested_at =
            case when n.cancel_reason is not null then coalesce(o.cancel_requested_at, clock_timestamp()) end,
          cancel_reason = n.cancel_reason, cancel_planned = n.cancel_planned
     from ${rows}
    where o.order_id = n.order_id`,
);

/** Writes the state that an order is in now; what a venue did not say again stays. Once per order and transaction. */
export function updateOrder(
  tx: Tx,
  order: OrderRecord,
  with_: { venueOrderId?: string | undefined; reason?: string | undefined; completed: boolean },
): void {
  tx.executeRows(UPDATE_ORDER, [
    {
      ...{ order_id: order.orderId, status: order.status, filled_quantity: order.filledQuantity.toFixed() },
      ...{ filled_value: order.filledValue.toFixed(), reserved: order.reserved.toFixed() },
      ...{ venue_order_id: with_.venueOrderId ?? null, reason: with_.reason ?? null, completed: with_.completed },
      ...{ busted_quantity: order.bustedQuantity.toFixed(), attempt_id: order.attemptId ?? null },
      ...{ cancel_reason: order.cancel?.reason ?? null, cancel_planned: order.cancel?.planned ?? false },
    },
  ]);
}

const SIGNAL_OF = sql('orders.signal_of', 'select signal_id from orders where order_id = $1');

/** The signal that an order of this team belongs to. */
export async function signalOf(tx: Tx, orderId: Id): Promise<Id | undefined> {
  const [row] = await tx.query<{ signal_id: Id }>(SIGNAL_OF, [orderId]);
  return row?.signal_id;
}
