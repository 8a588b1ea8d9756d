import type { Exits, OrderRole, OrderStatus, OrderTerms, Side, SpreadLeg } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
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

const COLUMNS = `order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id, leg, revision,
                 role, symbol, side, type, terms, reduce_only, quantity, reference_price, multiplier, currency, status,
                 reserved, expires_at, replaces, attempt_id, asked_open`;
const ROWS = `select n.order_id, $1, n.intent_id, n.submit_message_id, n.signal_id, n.account_id, n.broker, n.client_order_id,
                     n.leg, n.revision, n.role, n.symbol, n.side, n.terms ->> 'type', n.terms, n.reduce_only, n.quantity,
                     n.reference_price, n.multiplier, n.currency, 'created', n.reserved, n.expires_at, n.replaces, n.attempt_id,
                     n.asked_open
                from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::int[],
                            $10::int[], $11::text[], $12::text[], $13::text[], $14::jsonb[], $15::bool[], $16::numeric[],
                            $17::numeric[], $18::numeric[], $19::text[], $20::numeric[], $21::timestamptz[], $22::uuid[],
                            $23::uuid[], $24::numeric[])
                     as n (order_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id, leg,
                           revision, role, symbol, side, terms, reduce_only, quantity, reference_price, multiplier, currency,
                           reserved, expires_at, replaces, attempt_id, asked_open)`;

const INSERT_ORDERS = sql('orders.insert', `insert into orders (${COLUMNS}) ${ROWS}`);
const INSERT_INTENT = sql(
  'orders.insert_intent',
  `with intent as (
     insert into intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional, exits, legs, reduce_only,
                          rate)
     values ($25, $1, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35))
   insert into orders (${COLUMNS}) ${ROWS}`,
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
  tx.execute(INSERT_INTENT, [
    ...orderValues(tx, orders),
    ...[intentId, signalId, accountId, symbol, side, quantity, notional],
    ...[exits ? JSON.stringify(exits) : null, legs ? JSON.stringify(legs) : null, reduceOnly, rate],
  ]);
}

/** Writes further orders of an intent: exits, unwinding, revisions. */
export function insertOrders(tx: Tx, orders: readonly NewOrder[]): void {
  tx.execute(INSERT_ORDERS, orderValues(tx, orders));
}

function orderValues(tx: Tx, orders: readonly NewOrder[]): readonly unknown[] {
  const column = <Name extends keyof NewOrder>(name: Name) => orders.map((order) => order[name] ?? null);
  return [
    ...[tx.teamId, column('orderId'), column('intentId'), column('submitMessageId'), column('signalId')],
    ...[
      column('accountId'),
      column('broker'),
      column('clientOrderId'),
      column('leg'),
      column('revision'),
      column('role'),
    ],
    ...[column('symbol'), column('side'), orders.map(({ terms }) => JSON.stringify(terms)), column('reduceOnly')],
    ...[column('quantity'), column('referencePrice'), column('multiplier'), column('currency'), column('reserved')],
    ...[column('expiresAt'), column('replaces'), column('attemptId'), column('askedOpen')],
  ];
}

const LOCK_ORDERS = sql(
  'orders.lock',
  `select o.order_id, o.intent_id, o.signal_id, o.account_id, o.broker, o.client_order_id, o.leg, o.revision, o.role, o.symbol,
          o.side, o.terms, o.reduce_only, o.quantity, o.reference_price, o.multiplier, o.currency, o.status,
          o.filled_quantity, o.filled_value, o.busted_quantity, o.reserved, o.replaces, o.attempt_id, o.asked_open,
          o.cancel_requested_at is not null as cancel_requested, o.cancel_reason, o.cancel_planned,
          i.symbol as intent_symbol, i.side as intent_side, i.quantity as intent_quantity, i.notional, i.exits, i.legs, i.rate
     from orders o join intents i on i.intent_id = o.intent_id
    where o.signal_id = $1 order by o.leg, o.revision for update of o`,
);
const KNOWN_EVENTS = sql(
  'orders.known_events',
  `select e.venue_event_id, e.order_id, e.type,
          case when e.type in ('broker.filled', 'broker.busted', 'broker.corrected') then e.payload end as payload
     from broker_events e join orders o on o.order_id = e.order_id
    where o.signal_id = $1
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
    tx.query<OrderRow>(LOCK_ORDERS, [signalId]),
    tx.query<{ venue_event_id: string; order_id: Id; type: string; payload: KnownEvent['payload'] }>(KNOWN_EVENTS, [
      signalId,
    ]),
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

const UPDATE_ORDER = sql(
  'orders.update',
  `update orders
      set status = $2, filled_quantity = $3, filled_value = $4, reserved = $5,
          venue_order_id = coalesce($6, venue_order_id), reason = coalesce($7, reason),
          completed_at = case when $8 then coalesce(completed_at, clock_timestamp()) end,
          busted_quantity = $9, attempt_id = $10,
          cancel_requested_at = case when $11::text is not null then coalesce(cancel_requested_at, clock_timestamp()) end,
          cancel_reason = $11, cancel_planned = $12
    where order_id = $1`,
);

/** Writes the state that an order is in now; what a venue did not say again stays. */
export function updateOrder(
  tx: Tx,
  order: OrderRecord,
  with_: { venueOrderId?: string | undefined; reason?: string | undefined; completed: boolean },
): void {
  tx.execute(UPDATE_ORDER, [
    order.orderId,
    order.status,
    order.filledQuantity.toFixed(),
    order.filledValue.toFixed(),
    order.reserved.toFixed(),
    with_.venueOrderId ?? null,
    with_.reason ?? null,
    with_.completed,
    order.bustedQuantity.toFixed(),
    order.attemptId ?? null,
    order.cancel?.reason ?? null,
    order.cancel?.planned ?? false,
  ]);
}

const SIGNAL_OF = sql('orders.signal_of', 'select signal_id from orders where order_id = $1');

/** The signal that an order of this team belongs to. */
export async function signalOf(tx: Tx, orderId: Id): Promise<Id | undefined> {
  const [row] = await tx.query<{ signal_id: Id }>(SIGNAL_OF, [orderId]);
  return row?.signal_id;
}
