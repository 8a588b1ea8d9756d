import { sql, type Tx } from '@keelson/persistence';
import type { Instrument } from './instrument.ts';

const COLUMNS = `i.symbol, i.name, i.kind, i.currency, i.tick_size::text as "tickSize", i.multiplier::text as multiplier`;

const FIND_BY_TICKER = sql(
  'market.find_by_ticker',
  `select ${COLUMNS} from instruments i
    where i.symbol = coalesce((select a.symbol from instrument_aliases a where a.ticker = $1), $1)`,
);
const LIST = sql('market.list', `select ${COLUMNS} from instruments i order by i.symbol`);

/**
 * The instrument that a sender means by a ticker: an alias such as `CME_MINI:NQ1!`, or our own symbol. Letter case does
 * not count. Undefined when nothing is known by that name.
 */
export async function resolveTicker(tx: Tx, ticker: string): Promise<Instrument | undefined> {
  const [found] = await tx.query<Instrument>(FIND_BY_TICKER, [ticker.toUpperCase()]);
  return found;
}

/** Every instrument, by symbol. */
export function listInstruments(tx: Tx): Promise<Instrument[]> {
  return tx.query<Instrument>(LIST);
}
