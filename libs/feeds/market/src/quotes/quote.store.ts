import { sql, type Tx } from '@keelson/persistence';
import type { CalendarName } from '../calendar/calendars.ts';
import type { InstrumentKind } from '../instrument.ts';
import type { Quote, StoredQuote } from './quote.ts';

const SAVE = sql(
  'market.save_quotes',
  `insert into quotes as q (symbol, bid, ask, last, source, at)
   select n.symbol, n.bid, n.ask, n.last, $6, n.at
     from unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[], $5::timestamptz[]) as n (symbol, bid, ask, last, at)
     join instruments i on i.symbol = n.symbol
    order by n.symbol
   on conflict (symbol) do update
      set bid = excluded.bid, ask = excluded.ask, last = excluded.last, source = excluded.source, at = excluded.at,
          received_at = clock_timestamp()
    where q.at <= excluded.at`,
);
const READ = sql(
  'market.read_quotes',
  `select symbol, bid::text as bid, ask::text as ask, last::text as last, source, at, received_at as "receivedAt"
     from quotes where symbol = any ($1)`,
);
const IN_USE = sql('market.symbols_in_use', 'select symbols_in_use() as symbol');

/** Writes prices, one per symbol, in one statement. A price older than the stored one, or of no instrument, is passed over. */
export function saveQuotes(tx: Tx, source: string, quotes: readonly Quote[]): void {
  tx.execute(SAVE, [
    quotes.map(({ symbol }) => symbol),
    quotes.map(({ bid }) => bid),
    quotes.map(({ ask }) => ask),
    quotes.map(({ last }) => last),
    quotes.map(({ at }) => at),
    source,
  ]);
}

/** The stored prices of symbols, by symbol; a symbol without one is absent. */
export async function readQuotes(tx: Tx, symbols: readonly string[]): Promise<ReadonlyMap<string, StoredQuote>> {
  const rows = await tx.query<StoredQuote>(READ, [symbols]);
  return new Map(rows.map((row) => [row.symbol, row]));
}

/** The symbols that need a price: marked as quoted, or held by any team. */
export async function symbolsInUse(tx: Tx): Promise<string[]> {
  return (await tx.query<{ symbol: string }>(IN_USE)).map(({ symbol }) => symbol);
}

/** Prices of instruments that keep the same hours. */
export interface QuoteAge {
  readonly kind: InstrumentKind;
  readonly calendar: CalendarName | null;
  /** Of the oldest of them, by the older of the venue's time and ours. */
  readonly ageSeconds: number;
}

const AGES = sql(
  'market.quote_ages',
  `select i.kind, i.calendar, extract(epoch from clock_timestamp() - min(least(q.at, q.received_at)))::float8 as "ageSeconds"
     from symbols_in_use() as u (symbol) join quotes q on q.symbol = u.symbol join instruments i on i.symbol = u.symbol
    group by i.kind, i.calendar`,
);

/** How old the oldest price of a symbol in use is, by the hours that its instrument keeps. */
export function quoteAges(tx: Tx): Promise<QuoteAge[]> {
  return tx.query<QuoteAge>(AGES);
}

const PRUNE = sql(
  'market.prune_quotes',
  `delete from quotes where received_at < clock_timestamp() - $1::int * interval '1 day'
      and symbol not in (select symbols_in_use())`,
);

/** Deletes prices of symbols that are not in use and got none for so many days. */
export function pruneQuotes(tx: Tx, olderThanDays: number): void {
  tx.execute(PRUNE, [olderThanDays]);
}
