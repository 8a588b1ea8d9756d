import type { OrderStatus, Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { OurFill, OurOrder, OurPicture } from './picture.ts';

/**
 * One statement, so that fills, positions and cash are of one instant: read one after the other, a fill that is booked in
 * between would look like a difference. Orders are those that were open at the last look, those since, and those that
 * the venue names: there is no index of open ones, because every order would pay for it.
 */
const READ = sql(
  'reconcile.read_books',
  `with named as (
     select o.order_id from orders o where o.order_id = any($3::uuid[])
     union
     select o.order_id from orders o where o.team_id = $2 and o.created_at >= $4 and o.account_id = $1
        and ($3::uuid[] is not null or o.completed_at is null)
     union
     select o.order_id from orders o where o.broker = $5 and o.client_order_id = any($6::text[])),
   candidates as (
     -- By the key, one by one, here and below: what is asked for is of seconds, and a join would read all orders of the account.
     select o.* from named n cross join lateral (select * from orders o where o.order_id = n.order_id limit 1) o
      where o.account_id = $1),
   waiting as (
     -- What waits for longer is stuck, and hides nothing: it has an alert of its own.
     select distinct signal_id from outbox where step <> 'publish' and created_at > clock_timestamp() - interval '30 seconds')
   select
     (select coalesce(jsonb_agg(jsonb_build_object(
               'order_id', o.order_id, 'signal_id', o.signal_id, 'client_order_id', o.client_order_id,
               'venue_order_id', o.venue_order_id, 'symbol', o.symbol, 'side', o.side, 'quantity', o.quantity::text,
               'filled_quantity', o.filled_quantity::text, 'status', o.status,
               'busy', o.signal_id in (select signal_id from waiting)
                    or coalesce(o.submitted_at, o.created_at) > clock_timestamp() - $8 * interval '1 millisecond'
                    or exists (select from broker_events e where e.order_id = o.order_id
                                  and e.recorded_at > clock_timestamp() - $8 * interval '1 millisecond'))), '[]')
        from candidates o) as orders,
     (select coalesce(jsonb_agg(jsonb_build_object(
               'fill_id', f.fill_id, 'execution_id', f.execution_id, 'client_order_id', o.client_order_id,
               'signal_id', f.signal_id, 'symbol', o.symbol, 'side', o.side, 'quantity', f.quantity::text,
               'price', f.price::text, 'multiplier', o.multiplier::text, 'currency', o.currency,
               'fee', coalesce(f.fee, 0)::text, 'margined', coalesce(i.kind = 'future', false), 'executed_at', extract(epoch from f.executed_at) * 1000,
               'corrected', exists (select from fills e join fill_busts b on b.fill_id = e.fill_id
                                     where e.order_id = f.order_id and e.execution_id = f.execution_id))), '[]')
        -- A halt closes what no instrument names too: its fills are ours like any other.
        from (select fill_id from fills where team_id = $2 and executed_at >= $7
              -- What the venue shows now may have been booked long ago: known is what is known, whenever that was.
              union
              select e.fill_id from candidates c cross join lateral (select fill_id from fills where order_id = c.order_id) e) asked
             cross join lateral (select * from fills f where f.fill_id = asked.fill_id limit 1) f
             cross join lateral (select * from orders o where o.order_id = f.order_id limit 1) o
             left join instruments i on i.symbol = o.symbol
       where o.account_id = $1
         and not exists (select from fill_busts b where b.fill_id = f.fill_id)) as fills,
     (select coalesce(jsonb_object_agg(p.symbol, p.quantity::text), '{}')
        from positions p where p.account_id = $1 and p.quantity <> 0) as positions,
     (select coalesce(jsonb_object_agg(m.currency, m.cash::text), '{}')
        from (select currency, sum(cash) as cash
                from (select b.currency, b.cash from balances b where b.account_id = $1
                      union all
                      select i.currency, -sign(p.quantity) * p.cost
                        from positions p join instruments i on i.symbol = p.symbol
                       where $9 and i.kind = 'future' and p.account_id = $1) moved
               group by currency) m) as cash,
     (select coalesce(jsonb_agg(distinct w.payload ->> 'symbol'), '[]') from outbox w where w.step = 'book') as unbooked,
     (select min(t.changed_at) from trading_states t
       where t.state <> 'ACTIVE' and t.scope in ('platform', 'team:' || $2, 'account:' || $1)) as halted_since`,
);

interface BooksRow {
  readonly orders: readonly {
    readonly order_id: Id;
    readonly signal_id: Id;
    readonly client_order_id: string;
    readonly venue_order_id: string | null;
    readonly symbol: string;
    readonly side: Side;
    readonly quantity: string;
    readonly filled_quantity: string;
    readonly status: OrderStatus;
    readonly busy: boolean;
  }[];
  readonly fills: readonly {
    readonly fill_id: Id;
    readonly execution_id: string | null;
    readonly client_order_id: string;
    readonly signal_id: Id;
    readonly symbol: string;
    readonly side: Side;
    readonly quantity: string;
    readonly price: string;
    readonly multiplier: string;
    readonly currency: string;
    readonly fee: string;
    readonly executed_at: number;
    readonly corrected: boolean;
    readonly margined: boolean;
  }[];
  readonly positions: Readonly<Record<string, string>>;
  readonly cash: Readonly<Record<string, string>>;
  readonly unbooked: readonly string[];
  readonly halted_since: Date | null;
}

/** What of our books is to be compared with a venue's picture. */
export interface BooksQuestion {
  readonly accountId: Id;
  readonly broker: string;
  /** Orders that were open at the last look; undefined: not known, so all are looked for. */
  readonly working: readonly Id[] | undefined;
  /** Orders since then are looked at too. */
  readonly ordersSince: Date;
  /** By what the venue's picture names orders. */
  readonly clientOrderIds: readonly string[];
  readonly fillsSince: Date;
  /** How long ago the venue was asked: what was sent after that may be missing in its picture. */
  readonly lookedForMs: number;
  /** The venue moves cash by a future's whole price; our ledger by what is won or lost, and the price stands at cost. */
  readonly futuresInFull: boolean;
}

/** Postgres' clock and the venue's answer cross on the way. */
const MARGIN_MS = 500;
const EVER = new Date(0);

/** The account's books, to be read after the venue was asked. Runs as the account's team. */
export async function readBooks(tx: Tx, question: BooksQuestion): Promise<OurPicture> {
  const { accountId, broker, working, ordersSince, clientOrderIds, fillsSince, lookedForMs, futuresInFull } = question;
  const [row] = await tx.query<BooksRow & Record<string, unknown>>(READ, [
    ...[accountId, tx.teamId, working ?? null, working === undefined ? EVER : ordersSince, broker],
    ...[clientOrderIds, fillsSince, lookedForMs + MARGIN_MS, futuresInFull],
  ]);
  return {
    orders: row!.orders.map(orderOf),
    fills: row!.fills.map(fillOf),
    positions: amountsOf(row!.positions),
    cash: amountsOf(row!.cash),
    unbooked: new Set(row!.unbooked),
    haltedSince: row!.halted_since ?? undefined,
  };
}

function orderOf(row: BooksRow['orders'][number]): OurOrder {
  return {
    orderId: row.order_id,
    signalId: row.signal_id,
    clientOrderId: row.client_order_id,
    venueOrderId: row.venue_order_id ?? undefined,
    symbol: row.symbol,
    side: row.side,
    quantity: new Decimal(row.quantity),
    filledQuantity: new Decimal(row.filled_quantity),
    status: row.status,
    busy: row.busy,
  };
}

function fillOf(row: BooksRow['fills'][number]): OurFill {
  return {
    fillId: row.fill_id,
    executionId: row.execution_id ?? row.fill_id,
    clientOrderId: row.client_order_id,
    signalId: row.signal_id,
    symbol: row.symbol,
    side: row.side,
    quantity: new Decimal(row.quantity),
    price: new Decimal(row.price),
    multiplier: new Decimal(row.multiplier),
    currency: row.currency,
    fee: new Decimal(row.fee),
    executedAt: new Date(row.executed_at),
    corrected: row.corrected,
    margined: row.margined,
  };
}

function amountsOf(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Decimal> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, new Decimal(text)]));
}
