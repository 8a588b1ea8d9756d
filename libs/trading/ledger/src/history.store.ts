import type { Exits, Side } from '@keelson/contracts';
import { Decimal, type Id, ZERO } from '@keelson/kernel';
import { sql, type Statement, type Tx } from '@keelson/persistence';
import type { Moved } from './entry.ts';
import type { Booked } from './replay.ts';
import type { RoundTrip } from './round-trip.ts';
import { stopPriceOf } from './stop-price.ts';
import { roundTripOf, TRADE_COLUMNS, type TradeColumns } from './trades.store.ts';

/** An execution that was booked, and what its entry moved. */
export interface BookedEntry extends Booked, Moved {
  readonly reversed: boolean;
  readonly cash: Decimal;
}

/** All that was ever booked of a symbol, in the order of execution, and the round trips that stand for it. */
export interface History {
  readonly entries: readonly BookedEntry[];
  readonly trades: readonly RoundTrip[];
}

/** Where `w` names the account and the symbol. */
const entriesOf = (which: string) => `
  select e.symbol, e.entry_id, coalesce(e.fill_id, e.entry_id) as fill_id, e.signal_id, s.strategy, i.exits, e.side, e.quantity,
         e.price, e.multiplier, e.currency, e.fee,
         to_char(e.executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as executed_at,
         exists (select from entries r where r.reverses = e.entry_id) as reversed,
         p.cash, p.cost, p.realised_profit
    from (${which}) w
    join entries e on e.account_id = w.account_id and e.symbol = w.symbol and e.quantity is not null
   cross join lateral (
      select coalesce(sum(amount) filter (where ledger_account = 'cash'), 0) as cash,
             coalesce(sum(amount) filter (where ledger_account = 'position:' || e.symbol), 0) as cost,
             coalesce(-sum(amount) filter (where ledger_account = 'realised_profit'), 0) as realised_profit
        from postings where entry_id = e.entry_id) p
    left join signals s on s.signal_id = e.signal_id
    left join intents i on i.signal_id = e.signal_id
   order by e.executed_at, e.posted_at, e.entry_id`;
const tradesOf = (which: string) => `
  select t.symbol, ${TRADE_COLUMNS} from (${which}) w
    join trades t on t.account_id = w.account_id and t.symbol = w.symbol and t.voided_at is null
   order by t.opened_at`;

/** The symbols of a signal's orders, while book owes them a bust; none otherwise, so that the question costs nothing. */
const BUSTED = `
  select distinct o.account_id, o.symbol from orders o
   where o.signal_id = $1
     and exists (select from outbox m where m.signal_id = $1 and m.step = 'book' and m.type = 'order.fill_busted')`;
const ONE = 'select $1::uuid as account_id, $2::text as symbol';

const BUSTED_ENTRIES = sql('ledger.busted_entries', entriesOf(BUSTED));
const BUSTED_TRADES = sql('ledger.busted_trades', tradesOf(BUSTED));
const ENTRIES = sql('ledger.entries', entriesOf(ONE));
const TRADES = sql('ledger.trades', tradesOf(ONE));

interface EntryRow {
  readonly symbol: string;
  readonly entry_id: Id;
  readonly fill_id: Id;
  readonly signal_id: Id | null;
  readonly strategy: string | null;
  readonly exits: Exits | null;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly multiplier: string;
  readonly currency: string;
  readonly fee: string | null;
  readonly executed_at: string;
  readonly reversed: boolean;
  readonly cash: string;
  readonly cost: string;
  readonly realised_profit: string;
}

/** Histories by symbol, of every symbol of a signal for which a bust waits; the positions are locked by then. */
export async function readBustedHistories(tx: Tx, signalId: Id): Promise<ReadonlyMap<string, History>> {
  return read(tx, BUSTED_ENTRIES, BUSTED_TRADES, [signalId]);
}

/** The history of one symbol; the position is locked by then. */
export async function readHistory(tx: Tx, accountId: Id, symbol: string): Promise<History> {
  const histories = await read(tx, ENTRIES, TRADES, [accountId, symbol]);
  return histories.get(symbol) ?? { entries: [], trades: [] };
}

async function read(
  tx: Tx,
  entriesStatement: Statement,
  tradesStatement: Statement,
  values: readonly unknown[],
): Promise<ReadonlyMap<string, History>> {
  const [entries, trades] = await Promise.all([
    tx.query<EntryRow & Record<string, unknown>>(entriesStatement, values),
    tx.query<TradeColumns & { symbol: string } & Record<string, unknown>>(tradesStatement, values),
  ]);
  const symbols = new Set(entries.map(({ symbol }) => symbol));
  return new Map(
    [...symbols].map((symbol) => [
      symbol,
      {
        entries: entries.filter((row) => row.symbol === symbol).map(bookedOf),
        trades: trades.filter((row) => row.symbol === symbol).map(roundTripOf),
      },
    ]),
  );
}

function bookedOf(row: EntryRow): BookedEntry {
  const price = new Decimal(row.price);
  return {
    entryId: row.entry_id,
    fillId: row.fill_id,
    signalId: row.signal_id ?? undefined,
    strategy: row.strategy ?? undefined,
    side: row.side,
    quantity: new Decimal(row.quantity),
    price,
    multiplier: new Decimal(row.multiplier),
    currency: row.currency,
    fee: row.fee === null ? ZERO : new Decimal(row.fee),
    stopPrice: stopPriceOf(row.exits, row.side, price),
    executedAt: row.executed_at,
    reversed: row.reversed,
    cash: new Decimal(row.cash),
    cost: new Decimal(row.cost),
    realisedProfit: new Decimal(row.realised_profit),
  };
}
