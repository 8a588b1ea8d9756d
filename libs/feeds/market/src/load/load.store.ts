import { sql, type Tx } from '@keelson/persistence';
import type { FuturesRoot } from '../futures/contract.ts';
import { listInstruments } from '../market.store.ts';
import type { InstrumentToLoad } from './complete-row.ts';
import type { Stored } from './plan-load.ts';

/** Instruments are the platform's: the role of the services may only read them, so these run as the owner of the tables. */
const USE_SCHEMA = sql('market.use_schema', `set local search_path = keelson`);
const LOCK = sql('market.lock_instruments', 'lock table instruments in share row exclusive mode');
const ALIASES = sql('market.list_aliases', 'select ticker, symbol from instrument_aliases');
const ROOTS = sql(
  'market.list_roots',
  `select symbol, months, expiry_rule as "expiryRule", roll_days as "rollDays" from futures_roots`,
);
const SAVE = sql(
  'market.save_instrument',
  `insert into instruments (symbol, name, kind, currency, tick_size, multiplier, lot_size, exchange, calendar,
     initial_margin, maintenance_margin, expires_at, underlying, strike, option_right, root, contract_month, rolls_at, quoted)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
   on conflict (symbol) do update
      set name = excluded.name, tick_size = excluded.tick_size, lot_size = excluded.lot_size,
          exchange = excluded.exchange, calendar = excluded.calendar, initial_margin = excluded.initial_margin,
          maintenance_margin = excluded.maintenance_margin, expires_at = excluded.expires_at,
          rolls_at = excluded.rolls_at, quoted = excluded.quoted`,
);
const SAVE_ALIASES = sql(
  'market.save_aliases',
  `insert into instrument_aliases (ticker, symbol) select unnest($1::text[]), $2 on conflict (ticker) do nothing`,
);
const SAVE_ROOT = sql(
  'market.save_root',
  `insert into futures_roots (symbol, months, expiry_rule, roll_days) values ($1, $2, $3, $4)
   on conflict (symbol) do update
      set months = excluded.months, expiry_rule = excluded.expiry_rule, roll_days = excluded.roll_days`,
);

/** All that is stored, under a lock that holds off another load until this one is through. */
export async function readStored(tx: Tx): Promise<Stored> {
  tx.execute(USE_SCHEMA);
  tx.execute(LOCK);
  const [instruments, aliases, roots] = await Promise.all([
    listInstruments(tx),
    tx.query<{ ticker: string; symbol: string }>(ALIASES),
    tx.query<{ symbol: string } & FuturesRoot>(ROOTS),
  ]);
  return {
    instruments: new Map(instruments.map((instrument) => [instrument.symbol, instrument])),
    aliases: new Map(aliases.map(({ ticker, symbol }) => [ticker, symbol])),
    roots: new Map(roots.map((root) => [root.symbol, root])),
  };
}

/** Adds an instrument or changes what may change of it; its names are added, none is taken away. */
export function saveInstrument(tx: Tx, { instrument: i, aliases, futuresRoot: root }: InstrumentToLoad): void {
  const step = [i.symbol, i.name, i.kind, i.currency, i.tickSize, i.multiplier, i.lotSize, i.exchange, i.calendar];
  const terms = [i.initialMargin, i.maintenanceMargin, i.expiresAt, i.underlying, i.strike, i.right];
  tx.execute(SAVE, [...step, ...terms, i.root, i.contractMonth, i.rollsAt, i.quoted]);
  tx.execute(SAVE_ALIASES, [aliases, i.symbol]);
  if (root) tx.execute(SAVE_ROOT, [root.symbol, root.months, root.expiryRule, root.rollDays]);
}
