import type { Exits, Side } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import type { WakeUp } from '@keelson/messaging';
import { sql, type Tx } from '@keelson/persistence';

/** A signal of the history; amounts are decimal text. */
export interface HistorySignal {
  readonly key: string;
  readonly accountId: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly exits: Exits | undefined;
  readonly reduceOnly: boolean;
  readonly at: Date;
}

/** Received when the history says; it may trade for an hour from now, as leases and expiry go by the clock of Postgres. */
const INSERT = sql(
  'seed.insert_signal',
  `with signal as (
     insert into signals (signal_id, team_id, account_id, strategy, symbol, side, quantity, price, sender_id, received_at,
                          expires_at, origin, exits, reduce_only)
     values ($1::uuid, $2, $3::uuid, $4::text, $5::text, $6::text, $7::numeric, $8::numeric, $1::uuid::text, $9::timestamptz,
             now() + interval '1 hour', 'seed', $10, $11)),
   message as (
     insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload)
     values ($12, 'decide', $2, $1::uuid, 'signal.received', $1::uuid::text,
             jsonb_build_object('signalId', $1::uuid, 'accountId', $3::uuid, 'strategy', $4::text, 'symbol', $5::text,
               'side', $6::text, 'quantity', $7::numeric::text, 'price', $8::numeric::text,
               'receivedAt', to_char($9::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
               'expiresAt', to_char((now() + interval '1 hour') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))
   select 1`,
);

/** Leaves a signal for step decide, as the webhook does. */
export function insertSignal(tx: Tx, signal: HistorySignal): WakeUp {
  const { accountId, key, strategy, symbol, side, quantity, price, at, exits, reduceOnly } = signal;
  const signalId = deriveId('seed.signal', accountId, key);
  const outboxId = deriveId('signal.received', signalId);
  tx.execute(INSERT, [
    ...[signalId, tx.teamId, accountId, strategy, symbol, side, quantity, price, at],
    ...[exits ? JSON.stringify(exits) : null, reduceOnly, outboxId],
  ]);
  return { outboxId, step: 'decide', teamId: tx.teamId!, signalId };
}

const OF_ORDER = sql('seed.signal_of_order', 'select signal_id from orders where client_order_id = $1');

/** The signal that an order of ours goes back to. */
export async function signalOfOrder(tx: Tx, clientOrderId: string): Promise<Id> {
  const [row] = await tx.query<{ signal_id: Id }>(OF_ORDER, [clientOrderId]);
  if (!row) throw new Error(`The venue speaks of ${clientOrderId}, which is no order of ours`);
  return row.signal_id;
}
