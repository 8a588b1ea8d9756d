import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { DedupeKey } from './dedupe.ts';
import type { Alert } from './parse-alert.ts';

/** One delivery, checked and ready to be recorded. */
export interface NewSignal {
  readonly signalId: Id;
  readonly receiptId: Id;
  /** Of the message signal.received. */
  readonly messageId: Id;
  readonly teamId: Id;
  readonly accountId: Id;
  readonly webhookKeyId: Id;
  readonly strategy: string;
  readonly source: string;
  readonly contentType: string;
  /** As delivered, the key masked. */
  readonly body: string;
  readonly bodySha256: Buffer;
  readonly dedupe: DedupeKey;
  readonly symbol: string;
  readonly alert: Alert;
  /** Of a spread, by our symbols. */
  readonly legs: readonly SignalLeg[] | undefined;
}

/** A leg of a spread as it is recorded; amounts are decimal text. */
export interface SignalLeg {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
}

/**
 * A signal lives for a minute after it was received; one whose own clock says that it was sent earlier, after that.
 * Five seconds are forgiven: {{timenow}} has whole seconds, and clocks differ.
 */
const EXPIRES_AT = `case when $18::timestamptz < now() - interval '5 seconds' then $18::timestamptz else now() end
                      + interval '60 seconds'`;

/**
 * All or nothing, in one statement: the dedupe row decides, and receipt, signal and message follow from it. Answers the
 * signal that the delivery stands for, and whether it is new. No row at all means that a repetition is being committed by
 * another connection at this moment: it blocked us, but came too late for our snapshot.
 */
const ACCEPT = sql(
  'signals.accept',
  `with dedupe as (
     insert into webhook_dedupe as known (team_id, source, dedupe_key, signal_id, expires_at)
     values ($1, $2, $3, $4, now() + $5::interval)
     on conflict (team_id, source, dedupe_key) do update
        set signal_id = excluded.signal_id, expires_at = excluded.expires_at
      where known.expires_at <= now()
     returning signal_id
   ), receipt as (
     insert into receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256, received_at)
     select $6::uuid, $1, $7::uuid, $2, $8::text, $9::text, $10::bytea, now() from dedupe
   ), signal as (
     insert into signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price,
                          order_reference, sender_id, sent_at, received_at, expires_at, terms, exits, legs, reduce_only)
     select $4, $1, $6::uuid, $11::uuid, $12::text, $13::text, $14::text, $15::numeric, $16::numeric,
            $17::text, $20::text, $18::timestamptz, now(), ${EXPIRES_AT},
            $21::jsonb, $22::jsonb, $23::jsonb, $24::bool from dedupe
   ), message as (
     insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload)
     select $19::uuid, 'decide', $1, $4, 'signal.received', $4::text,
            jsonb_build_object('signalId', $4, 'accountId', $11::uuid, 'strategy', $12::text, 'symbol', $13::text,
                               'side', $14::text, 'quantity', $15::text, 'price', $16::text,
                               'receivedAt', now(), 'expiresAt', ${EXPIRES_AT}) from dedupe
   )
   select signal_id, true as fresh from dedupe
   union all
   select signal_id, false from webhook_dedupe
    where team_id = $1 and source = $2 and dedupe_key = $3 and not exists (select from dedupe)`,
);

export interface AcceptedRow {
  readonly signal_id: Id;
  /** False for a repetition of an earlier delivery. */
  readonly fresh: boolean;
}

/** Records a delivery, or finds the signal that it repeats; undefined when that one is being committed right now. */
export async function acceptSignal(tx: Tx, signal: NewSignal): Promise<AcceptedRow | undefined> {
  const { alert } = signal;
  const [row] = await tx.query<AcceptedRow>(ACCEPT, [
    signal.teamId,
    signal.source,
    signal.dedupe.key,
    signal.signalId,
    signal.dedupe.lasts,
    signal.receiptId,
    signal.webhookKeyId,
    signal.contentType,
    signal.body,
    signal.bodySha256,
    signal.accountId,
    signal.strategy,
    signal.symbol,
    alert.side,
    alert.quantity,
    alert.price,
    alert.orderReference,
    alert.sentAt?.toISOString(),
    signal.messageId,
    alert.id,
    ...[json(alert.terms), json(alert.exits), json(signal.legs), alert.reduceOnly],
  ]);
  return row;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

const FIND_REPEATED = sql(
  'signals.find_repeated',
  'select signal_id, false as fresh from webhook_dedupe where team_id = $1 and source = $2 and dedupe_key = $3',
);

/** The signal of an earlier delivery with the same dedupe key. */
export async function findRepeated(tx: Tx, signal: NewSignal): Promise<AcceptedRow | undefined> {
  const [row] = await tx.query<AcceptedRow>(FIND_REPEATED, [signal.teamId, signal.source, signal.dedupe.key]);
  return row;
}
