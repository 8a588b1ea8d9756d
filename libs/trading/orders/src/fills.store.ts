import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Booking } from './executions.ts';

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

const INSERT_FILL = sql(
  'orders.insert_fill',
  `insert into fills (fill_id, team_id, order_id, signal_id, quantity, price, executed_at, execution_id, fee)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

/** Whose execution it is. */
interface Owner {
  readonly orderId: Id;
  readonly signalId: Id;
}

export function insertFill(tx: Tx, { orderId, signalId }: Owner, fill: Booking): void {
  const { fillId, quantity, price, at, executionId, fee } = fill;
  const amounts = [quantity.toFixed(), price.toFixed()];
  tx.execute(INSERT_FILL, [fillId, tx.teamId, orderId, signalId, ...amounts, at, executionId, fee ?? null]);
}

const INSERT_BUST = sql(
  'orders.insert_bust',
  `insert into fill_busts (fill_id, team_id, order_id, signal_id, reason, busted_at) values ($1, $2, $3, $4, $5, $6)`,
);

/** Notes that a fill was taken back; the fill itself stays as it was told. */
export function insertBust(
  tx: Tx,
  { orderId, signalId }: Owner,
  bust: { fillId: Id; reason: string; at: string },
): void {
  tx.execute(INSERT_BUST, [bust.fillId, tx.teamId, orderId, signalId, bust.reason, bust.at]);
}
