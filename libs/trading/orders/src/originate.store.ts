import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Wanted } from './originate.ts';

/** Signal, intent and order in one statement; all or nothing, and nothing for a key that was used before. */
const ORIGINATE = sql(
  'orders.originate',
  `with instrument as (
     select multiplier, currency from instruments where symbol = $8
     union all
     select $20::numeric, $21::text where $20 is not null and not exists (select from instruments where symbol = $8)
   ), signal as (
     insert into signals (signal_id, team_id, account_id, strategy, symbol, side, quantity, price, sender_id, received_at,
                          expires_at, origin, terms, reduce_only)
     select $2::uuid, $1::uuid, $6::uuid, $7::text, $8::text, $9::text, $10::numeric, $11::numeric, $2::uuid::text,
            clock_timestamp(), $12::timestamptz, $13::text, $14::jsonb, $15::bool
       from instrument
     on conflict (signal_id) do nothing
     returning signal_id
   ), intent as (
     insert into intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional, reduce_only, rate)
     select $3::uuid, $1, signal_id, $6, $8, $9, $10, 0, $15,
            case when instrument.currency = a.currency then 1
                 else coalesce((select rate from fx_rate(instrument.currency, a.currency)), 1) end
       from signal, instrument, accounts a where a.account_id = $6
   ), placed as (
     insert into orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id,
                         symbol, side, type, terms, role, reduce_only, quantity, reference_price, multiplier, currency,
                         status, venue_order_id, submitted_at, reserved, expires_at)
     select $4::uuid, $1, $3, $16::uuid, signal_id, $6, $17::text, $5::text, $8, $9, $14::jsonb ->> 'type', $14, $18::text,
            $15, $10, $11, instrument.multiplier, instrument.currency,
            case when $19::text is null then 'created' else 'accepted' end, $19,
            case when $19::text is not null then clock_timestamp() end, 0, $12
       from signal, instrument
   )
   select exists (select from instrument) as known, exists (select from signal) as fresh`,
);

interface Ids {
  readonly signalId: Id;
  readonly intentId: Id;
  readonly orderId: Id;
  readonly clientOrderId: string;
  readonly submitMessageId: Id;
}

export interface InstrumentFacts {
  /** False when there is no such instrument: then nothing was written. */
  readonly known: boolean;
  readonly fresh: boolean;
}

export async function insertOriginated(tx: Tx, ids: Ids, wanted: Wanted): Promise<InstrumentFacts> {
  const [row] = await tx.query<InstrumentFacts & Record<string, unknown>>(ORIGINATE, [
    ...[tx.teamId, ids.signalId, ids.intentId, ids.orderId, ids.clientOrderId, wanted.accountId, wanted.strategy],
    ...[wanted.symbol, wanted.side, wanted.quantity, wanted.referencePrice, wanted.expiresAt.toISOString()],
    ...[
      wanted.origin,
      JSON.stringify(wanted.terms),
      wanted.reduceOnly,
      ids.submitMessageId,
      wanted.broker,
      wanted.role,
    ],
    wanted.adopted?.venueOrderId ?? null,
    ...[wanted.unlisted?.multiplier ?? null, wanted.unlisted?.currency ?? null],
  ]);
  return row!;
}
