import type { OrderStatus, Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

/** An order as apply works on it. */
export interface OrderRecord {
  readonly orderId: Id;
  readonly intentId: Id;
  readonly signalId: Id;
  readonly accountId: Id;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly referencePrice: Decimal;
  readonly multiplier: Decimal;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly filledQuantity: Decimal;
  /** Sum of quantity × price of the fills. */
  readonly filledValue: Decimal;
  /** Exposure still reserved for the open remainder. */
  readonly reserved: Decimal;
}

/** Where an intent goes, and what its instrument is worth. */
export interface Venue {
  readonly broker: string;
  readonly multiplier: string;
  readonly currency: string;
}

const INSERT_INTENT = sql(
  'orders.insert_intent',
  `with intent as (
     insert into intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional)
     values ($1, $2, $3, $4, $5, $6, $7, $8))
   insert into orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id, leg, revision, symbol,
                       side, type, quantity, reference_price, multiplier, currency, status, reserved, expires_at)
   values ($9, $2, $1, $16, $3, $4, $10, $11, 0, 0, $5, $6, 'market', $7, $12, $13, $14, 'created', $8, $15)`,
);

/** Writes an intent and its one order; a second time for the same signal is refused by the keys. */
export function insertIntent(
  tx: Tx,
  intent: { intentId: Id; signalId: Id; accountId: Id; symbol: string; side: Side; quantity: string; notional: string },
  order: { orderId: Id; clientOrderId: string; submitMessageId: Id; referencePrice: string; expiresAt: string },
  venue: Venue,
): void {
  const { intentId, signalId, accountId, symbol, side, quantity, notional } = intent;
  tx.execute(INSERT_INTENT, [
    ...[intentId, tx.teamId, signalId, accountId, symbol, side, quantity, notional],
    ...[order.orderId, venue.broker, order.clientOrderId, order.referencePrice, venue.multiplier, venue.currency],
    order.expiresAt,
    order.submitMessageId,
  ]);
}

const LOCK_ORDERS = sql(
  'orders.lock',
  `select order_id, intent_id, signal_id, account_id, client_order_id, symbol, side, quantity, reference_price, multiplier,
          currency, status, filled_quantity, filled_value, reserved
     from orders where signal_id = $1 order by leg, revision for update`,
);
const KNOWN_EVENTS = sql(
  'orders.known_events',
  `select e.venue_event_id from broker_events e join orders o on o.order_id = e.order_id where o.signal_id = $1`,
);

interface OrderRow {
  readonly order_id: Id;
  readonly intent_id: Id;
  readonly signal_id: Id;
  readonly account_id: Id;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly reference_price: string;
  readonly multiplier: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly filled_quantity: string;
  readonly filled_value: string;
  readonly reserved: string;
}

/** Locks the orders of a signal; the events that were applied to them are exact as long as the lock is held. */
export async function lockOrders(tx: Tx, signalId: Id): Promise<{ orders: OrderRecord[]; knownEvents: Set<string> }> {
  const [rows, events] = await Promise.all([
    tx.query<OrderRow>(LOCK_ORDERS, [signalId]),
    tx.query<{ venue_event_id: string }>(KNOWN_EVENTS, [signalId]),
  ]);
  return { orders: rows.map(orderOf), knownEvents: new Set(events.map((event) => event.venue_event_id)) };
}

function orderOf(row: OrderRow): OrderRecord {
  return {
    orderId: row.order_id,
    intentId: row.intent_id,
    signalId: row.signal_id,
    accountId: row.account_id,
    clientOrderId: row.client_order_id,
    symbol: row.symbol,
    side: row.side,
    quantity: new Decimal(row.quantity),
    referencePrice: new Decimal(row.reference_price),
    multiplier: new Decimal(row.multiplier),
    currency: row.currency,
    status: row.status,
    filledQuantity: new Decimal(row.filled_quantity),
    filledValue: new Decimal(row.filled_value),
    reserved: new Decimal(row.reserved),
  };
}

const INSERT_EVENTS = sql(
  'orders.insert_events',
  `insert into broker_events (broker, venue_event_id, team_id, order_id, type, payload)
   select e.broker, e.venue_event_id, $1, e.order_id, e.type, e.payload
     from unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::jsonb[]) as e (broker, venue_event_id, order_id, type, payload)`,
);

/** Something that a venue said, as it is recorded. */
export interface BrokerEventRecord {
  readonly broker: string;
  readonly venueEventId: string;
  readonly orderId: Id;
  readonly type: string;
  readonly payload: unknown;
}

/** Records what a venue said, under the venue's own event ids: the inbox of apply. */
export function insertBrokerEvents(tx: Tx, events: readonly BrokerEventRecord[]): void {
  tx.execute(INSERT_EVENTS, [
    tx.teamId,
    events.map(({ broker }) => broker),
    events.map(({ venueEventId }) => venueEventId),
    events.map(({ orderId }) => orderId),
    events.map(({ type }) => type),
    events.map(({ payload }) => JSON.stringify(payload)),
  ]);
}

const UPDATE_ORDER = sql(
  'orders.update',
  `update orders
      set status = $2, filled_quantity = $3, filled_value = $4, reserved = $5,
          venue_order_id = coalesce($6, venue_order_id), reason = coalesce($7, reason),
          completed_at = case when $8 then coalesce(completed_at, clock_timestamp()) end
    where order_id = $1`,
);

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
  ]);
}

const INSERT_FILL = sql(
  'orders.insert_fill',
  `insert into fills (fill_id, team_id, order_id, signal_id, quantity, price, executed_at) values ($1, $2, $3, $4, $5, $6, $7)`,
);

export function insertFill(
  tx: Tx,
  fill: { fillId: Id; orderId: Id; signalId: Id; quantity: string; price: string; executedAt: string },
): void {
  tx.execute(INSERT_FILL, [
    fill.fillId,
    tx.teamId,
    fill.orderId,
    fill.signalId,
    fill.quantity,
    fill.price,
    fill.executedAt,
  ]);
}
