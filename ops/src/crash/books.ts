import { decimalText, Decimal, type Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';

const LEDGER_SUM = sql(
  'crash.ledger_sum',
  'select currency, sum(amount) as total from keelson.postings group by currency order by currency',
);
const BOOKED = sql(
  'crash.booked',
  `select o.client_order_id, count(f.fill_id)::int as fills, coalesce(sum(f.quantity), 0) as filled
     from keelson.orders o
     left join keelson.orders a on a.role = 'adopted' and a.account_id = o.account_id and a.venue_order_id = o.venue_order_id
                               and a.order_id <> o.order_id
     left join keelson.fills f on f.order_id in (o.order_id, a.order_id)
    where o.client_order_id = any($1) group by o.client_order_id`,
);

/** What we booked of one client order id. */
export interface Booked {
  readonly fills: number;
  readonly filled: Decimal;
}

/** Sum of all postings of a team per currency, as text; double entry means that each is "0". */
export async function ledgerSum(db: Database, teamId: Id): Promise<Record<string, string>> {
  const rows = await db.transaction(teamId, (tx) => tx.query<{ currency: string; total: string }>(LEDGER_SUM));
  return Object.fromEntries(rows.map(({ currency, total }) => [currency, decimalText(new Decimal(total))]));
}

/**
 * Fills that we recorded, by client order id; an id that we do not know is missing. What a venue filled of an order that it
 * had refused is in an order of its own, which reconciliation made.
 */
export async function bookedFills(
  db: Database,
  teamId: Id,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Booked>> {
  const rows = await db.transaction(teamId, (tx) =>
    tx.query<{ client_order_id: string; fills: number; filled: string }>(BOOKED, [ids]),
  );
  return new Map(rows.map((row) => [row.client_order_id, { fills: row.fills, filled: new Decimal(row.filled) }]));
}
