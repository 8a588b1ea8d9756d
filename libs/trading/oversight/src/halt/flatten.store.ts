import type { OrderStatus } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const FLATTENING = sql(
  'halt.flattening',
  `select h.symbol, h.round, h.signal_id, o.status, o.client_order_id, o.submit_message_id
     from halt_orders h join orders o on o.signal_id = h.signal_id
    where h.halt_id = $1 and h.account_id = $2`,
);

/** An order by which a halt flattens, and how it stands in our books. */
export interface HaltOrder {
  readonly symbol: string;
  /** 1 for the first order of a symbol; one more each time something was left over. */
  readonly round: number;
  readonly signalId: Id;
  readonly status: OrderStatus;
  readonly clientOrderId: string;
  readonly submitMessageId: Id;
}

/** The flattening orders of an account so far. */
export async function haltOrders(tx: Tx, haltId: Id, accountId: Id): Promise<readonly HaltOrder[]> {
  const rows = await tx.query<{
    symbol: string;
    round: number;
    signal_id: Id;
    status: OrderStatus;
    client_order_id: string;
    submit_message_id: Id;
  }>(FLATTENING, [haltId, accountId]);
  return rows.map((row) => ({
    symbol: row.symbol,
    round: row.round,
    signalId: row.signal_id,
    status: row.status,
    clientOrderId: row.client_order_id,
    submitMessageId: row.submit_message_id,
  }));
}

const INSERT = sql(
  'halt.insert_order',
  `insert into halt_orders (halt_id, signal_id, account_id, team_id, symbol, round)
   select $1, s.signal_id, $4, $5, s.symbol, s.round
     from unnest($6::uuid[], $7::text[], $8::int[]) as s (signal_id, symbol, round)
    where exists (select from halts h where h.halt_id = $1 and h.phase = 'flatten' and h.halt_generation = $3 for share)
      and exists (select from leases l where l.name = 'halt:' || $1::uuid::text and l.fence = $2)
   returning signal_id`,
);

/**
 * Makes orders ones of this halt, which permits them to leave. False when the halt moved on, or its lease did: what was
 * sized then is not to be trusted. A round that another driver wrote already fails on its key.
 */
export async function insertHaltOrders(
  tx: Tx,
  halt: { readonly haltId: Id; readonly fence: string; readonly generation: number; readonly accountId: Id },
  orders: readonly { readonly signalId: Id; readonly symbol: string; readonly round: number }[],
): Promise<boolean> {
  const { haltId, fence, generation, accountId } = halt;
  const rows = await tx.query(INSERT, [
    ...[haltId, fence, generation, accountId, tx.teamId],
    orders.map(({ signalId }) => signalId),
    orders.map(({ symbol }) => symbol),
    orders.map(({ round }) => round),
  ]);
  return rows.length === orders.length;
}

const PRICES = sql(
  'halt.reference_prices',
  `select a.currency, s.symbol,
          coalesce((select coalesce(q.last, q.bid, q.ask) from quotes q where q.symbol = s.symbol),
                   (select p.average_price from positions p where p.account_id = a.account_id and p.symbol = s.symbol))::text
            as price
     from accounts a left join unnest($2::text[]) as s (symbol) on true
    where a.account_id = $1`,
);

/** The account's currency, and what its symbols were last worth as far as anybody here knows. */
export async function referencePrices(
  tx: Tx,
  accountId: Id,
  symbols: readonly string[],
): Promise<{ readonly currency: string; readonly prices: ReadonlyMap<string, string> }> {
  const rows = await tx.query<{ currency: string; symbol: string | null; price: string | null }>(PRICES, [
    accountId,
    symbols,
  ]);
  const known = rows.flatMap(({ symbol, price }): [string, string][] => (symbol && price ? [[symbol, price]] : []));
  return { currency: rows[0]!.currency, prices: new Map(known) };
}
