import { Decimal } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { VolatilityYear } from './iv-rank.ts';

/** A symbol's implied volatility of one day, as a file says it. */
export interface VolatilityDay {
  readonly symbol: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Of a year, as a fraction; decimal text. */
  readonly volatility: string;
}

const YEARS = sql(
  'market.volatility_years',
  `select v.symbol, min(v.volatility)::text as lowest, max(v.volatility)::text as highest, count(*)::int as days,
          (array_agg(v.volatility order by v.day desc))[1]::text as last,
          to_char(max(v.day), 'YYYY-MM-DD') as last_day
     from implied_volatilities v
    where v.day > $1::date - 366 and v.day <= $1::date and ($2::text[] is null or v.symbol = any ($2))
    group by v.symbol`,
);

/** The year before a moment, of some symbols or of all. */
export async function readVolatilityYears(tx: Tx, now: Date, symbols?: readonly string[]): Promise<VolatilityYear[]> {
  const rows = await tx.query<
    Record<'symbol' | 'lowest' | 'highest' | 'last' | 'last_day', string> & { readonly days: number }
  >(YEARS, [now.toISOString().slice(0, 10), symbols ?? null]);
  return rows.map(({ symbol, lowest, highest, days, last, last_day: lastDay }) => ({
    ...{ symbol, days, lastDay: new Date(`${lastDay}T00:00:00Z`) },
    ...{ lowest: new Decimal(lowest), highest: new Decimal(highest), last: new Decimal(last) },
  }));
}

/** Written by the owner of the tables, whose search path is not that of the services. */
const SAVE = sql(
  'market.save_volatilities',
  `insert into keelson.implied_volatilities as v (symbol, day, volatility, source)
   select n.symbol, n.day, n.volatility, $4 from unnest($1::text[], $2::date[], $3::numeric[]) as n (symbol, day, volatility)
   on conflict (symbol, day) do update
      set volatility = excluded.volatility, source = excluded.source, recorded_at = clock_timestamp()
    where v.volatility <> excluded.volatility
   returning xmax = 0 as added`,
);

/** Writes days; one that is there already is changed. Says how many were new, and how many are other than before. */
export async function saveVolatilities(
  tx: Tx,
  source: string,
  days: readonly VolatilityDay[],
): Promise<{ added: number; changed: number }> {
  const rows = await tx.query<{ added: boolean }>(SAVE, [
    days.map(({ symbol }) => symbol),
    days.map(({ day }) => day),
    days.map(({ volatility }) => volatility),
    source,
  ]);
  const added = rows.filter((row) => row.added).length;
  return { added, changed: rows.length - added };
}
