import type { Id } from '@keelson/kernel';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';
import type { Booking } from './executions.ts';

const INSERT_EVENTS = sqlOfRows(
  'orders.insert_events',
  { broker: 'text', venue_event_id: 'text', team_id: 'uuid', order_id: 'uuid', type: 'text', payload: 'jsonb' },
  (rows) => `insert into broker_events (broker, venue_event_id, team_id, order_id, type, payload)
   select broker, venue_event_id, team_id, order_id, type, payload from ${rows}`,
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
  tx.executeRows(
    INSERT_EVENTS,
    events.map(({ broker, venueEventId, orderId, type, payload }) => ({
      ...{ broker, venue_event_id: venueEventId, team_id: tx.teamId!, order_id: orderId, type },
      payload: JSON.stringify(payload),
    })),
  );
}

const INSERT_FILL = sqlOfRows(
  'orders.insert_fill',
  {
    ...{ fill_id: 'uuid', team_id: 'uuid', order_id: 'uuid', signal_id: 'uuid', quantity: 'numeric', price: 'numeric' },
    ...{ executed_at: 'timestamptz', execution_id: 'text', fee: 'numeric' },
  },
  (rows) => `insert into fills (fill_id, team_id, order_id, signal_id, quantity, price, executed_at, execution_id, fee)
   select fill_id, team_id, order_id, signal_id, quantity, price, executed_at, execution_id, fee from ${rows}`,
);

/** Whose execution it is. */
interface Owner {
  readonly orderId: Id;
  readonly signalId: Id;
}

export function insertFill(tx: Tx, { orderId, signalId }: Owner, fill: Booking): void {
  const { fillId, quantity, price, at, executionId, fee } = fill;
  tx.executeRows(INSERT_FILL, [
    {
      ...{ fill_id: fillId, team_id: tx.teamId!, order_id: orderId, signal_id: signalId, quantity: quantity.toFixed() },
      ...{ price: price.toFixed(), executed_at: at, execution_id: executionId, fee: fee ?? null },
    },
  ]);
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
