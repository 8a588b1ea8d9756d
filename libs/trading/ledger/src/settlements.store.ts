import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { ExpiredHolding } from './settlement.ts';

/** Of contracts that somebody holds, and of what ended just now: a price of another hour says nothing about the end. */
const RECORD = sql(
  'ledger.record_settlements',
  `insert into settlements (symbol, price, source, priced_at)
   select i.symbol, q.last, 'quote:' || q.source, q.at
     from instruments i join quotes q on q.symbol = coalesce(i.underlying, i.symbol)
    where i.expires_at <= $1::timestamptz and i.expires_at > $1::timestamptz - $2 * interval '1 millisecond'
      and i.kind in ('future', 'option') and i.symbol in (select symbols_in_use())
      and abs(extract(epoch from q.at - i.expires_at)) * 1000 <= $2
   on conflict do nothing`,
);

/** Keeps the price at which contracts ended that expired within the last milliseconds, once per contract. */
export function recordSettlements(tx: Tx, now: Date, withinMs: number): void {
  tx.execute(RECORD, [now, withinMs]);
}

const EXPIRED = sql(
  'ledger.expired_holdings',
  `select p.account_id as "accountId", p.symbol, p.quantity::text as quantity, i.kind, i.option_right as "right",
          i.strike::text as strike, u.kind as "underlyingKind", i.expires_at as "expiresAt", s.price::text as price,
          (select count(*)::int from entries e
            where e.account_id = p.account_id and e.symbol = p.symbol and e.kind in ('expiry', 'exercise', 'assignment')) as ends
     from positions p
     join instruments i on i.symbol = p.symbol and i.kind in ('future', 'option')
     left join instruments u on u.symbol = i.underlying
     left join settlements s on s.symbol = p.symbol
    where p.quantity <> 0 and i.expires_at <= $1
      and not exists (select from orders o
                       where o.account_id = p.account_id and o.symbol = p.symbol and o.completed_at is null)
    order by p.account_id, p.symbol`,
);

export interface Expired extends ExpiredHolding {
  readonly accountId: Id;
  readonly symbol: string;
  readonly expiresAt: Date;
  /** Undefined where nobody knows at what it ended. */
  readonly price: string | null;
  /** How often it was ended already: a late fill or a bust makes another end necessary. */
  readonly ends: number;
}

/** What the team holds of contracts that expired until an instant, and has no order out for. */
export function expiredHoldings(tx: Tx, until: Date): Promise<Expired[]> {
  return tx.query<Expired & Record<string, unknown>>(EXPIRED, [until]);
}
