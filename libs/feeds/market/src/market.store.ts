import { sql, type Tx } from '@keelson/persistence';
import type { CalendarName } from './calendar/calendars.ts';
import { calendarOf, type Instrument } from './instrument.ts';
import { parseTicker } from './tickers/ticker.ts';

const COLUMNS = `i.symbol, i.name, i.kind, i.currency, i.tick_size::text as "tickSize", i.multiplier::text as multiplier,
  i.lot_size::text as "lotSize", i.exchange, i.calendar, i.initial_margin::text as "initialMargin",
  i.maintenance_margin::text as "maintenanceMargin", i.expires_at as "expiresAt", i.underlying, i.strike::text as strike,
  i.option_right as right, i.root, i.contract_month as "contractMonth", i.rolls_at as "rollsAt", i.quoted`;

type Row = Omit<Instrument, 'calendar'> & { readonly calendar: CalendarName | null };

/**
 * An alias or symbol first, then the root of a continuous name. Where that is a root whose dated contracts are loaded,
 * the nth of them that has not rolled yet; where none is loaded, the root itself stands for its front month.
 */
const RESOLVE = sql(
  'market.resolve_ticker',
  `with named as (
     select coalesce((select a.symbol from instrument_aliases a where a.ticker = $1),
                     (select n.symbol from instruments n where n.symbol in ($1, $2) order by n.symbol = $1 desc limit 1),
                     (select n.symbol from instruments n where n.symbol = $3)) as symbol),
   dated as (
     select c.symbol from named join instruments c on c.root = named.symbol
      where c.rolls_at > $5 order by c.rolls_at offset $4::int - 1 limit 1)
   select ${COLUMNS} from instruments i
    where i.symbol = case
      when exists (select from named join instruments c on c.root = named.symbol) then (select symbol from dated)
      when $4::int = 1 then (select symbol from named) end`,
);
const FIND = sql('market.find', `select ${COLUMNS} from instruments i where i.symbol = $1`);
const LIST = sql('market.list', `select ${COLUMNS} from instruments i order by i.symbol`);

/**
 * The instrument that a sender means by a ticker at an instant: an alias, our own symbol with or without the prefix of an
 * exchange, or a continuous name such as `CME_MINI:NQ1!`, which is a dated contract as soon as contracts of its root are
 * loaded. Letter case does not count. Undefined when nothing is known by that name, and when a root has run out of
 * contracts: nothing is traded on a guess.
 */
export async function resolveTicker(tx: Tx, ticker: string, at: Date = new Date()): Promise<Instrument | undefined> {
  const { whole, name, continuous } = parseTicker(ticker);
  const [found] = await tx.query<Row>(RESOLVE, [whole, name, continuous?.root ?? name, continuous?.nth ?? 1, at]);
  return found && instrumentOf(found);
}

/** The instrument of our own symbol, as it is: a root is not followed to its front month. */
export async function findInstrument(tx: Tx, symbol: string): Promise<Instrument | undefined> {
  const [found] = await tx.query<Row>(FIND, [symbol]);
  return found && instrumentOf(found);
}

/** Every instrument, by symbol. */
export async function listInstruments(tx: Tx): Promise<Instrument[]> {
  return (await tx.query<Row>(LIST)).map(instrumentOf);
}

function instrumentOf(row: Row): Instrument {
  return { ...row, calendar: calendarOf(row) };
}
