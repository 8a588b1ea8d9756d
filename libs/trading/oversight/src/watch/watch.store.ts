import { calendarOf, type InstrumentKind, isOpen } from '@keelson/market';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { DayRow } from '@keelson/risk';
import { scopeFrom } from '../halt/scope.ts';
import { defaults, type Errors, type Loss, type QuoteAge, type Rate, type Silence } from './rules.ts';

const RATES = sql('watch.rates', 'select team_id, strategy, received, per_second, factor from watch_rates()');

/** Strategies of every team that received more in the last second than they may order. */
export async function readRates(tx: Tx): Promise<readonly Rate[]> {
  const rows = await tx.query<{
    team_id: Id;
    strategy: string;
    received: number;
    per_second: string;
    factor: string | null;
  }>(RATES);
  return rows.map(({ team_id, per_second, ...row }) => ({ ...row, teamId: team_id, perSecond: per_second }));
}

const ERRORS = sql('watch.errors', 'select team_id, account_id, failed, placed, at_least from watch_errors($1)');

/** Accounts of every team with failed orders in their window. */
export async function readErrors(tx: Tx): Promise<readonly Errors[]> {
  const rows = await tx.query<{
    team_id: Id;
    account_id: Id;
    failed: number;
    placed: number;
    at_least: string | null;
  }>(ERRORS, [defaults.errorWindowMs]);
  return rows.map(({ team_id, account_id, failed, placed, at_least }) => ({
    ...{ teamId: team_id, accountId: account_id, failed, placed, atLeast: at_least },
  }));
}

const LOSSES = sql(
  'watch.losing_days',
  `select team_id, account_id, account_currency, day_results, rates, observed_at as now, max_price_age_seconds, equity,
          limit_percent
     from watch_losing_days($1)`,
);

/** Accounts of every team that lost on a trading day, in whichever currency; the day as YYYY-MM-DD. */
export async function readLosses(tx: Tx, today: string): Promise<readonly Loss[]> {
  const rows = await tx.query<
    DayRow & {
      team_id: Id;
      account_id: Id;
      max_price_age_seconds: string | null;
      equity: string | null;
      limit_percent: string;
    }
  >(LOSSES, [today]);
  return rows.map(({ team_id, account_id, max_price_age_seconds, equity, limit_percent, ...day }) => ({
    ...{ teamId: team_id, accountId: account_id, day, equity },
    ...{ maxPriceAgeSeconds: max_price_age_seconds, limitPercent: limit_percent },
  }));
}

const QUOTES = sql(
  'watch.quotes',
  'select team_id, symbol, kind, calendar, age_seconds, limit_seconds, factor from watch_quotes()',
);

/** Held symbols whose price is older than their accounts allow, and whether their market trades now. */
export async function readQuoteAges(tx: Tx, now: Date): Promise<readonly QuoteAge[]> {
  const rows = await tx.query<{
    team_id: Id;
    symbol: string;
    kind: InstrumentKind;
    calendar: ReturnType<typeof calendarOf> | null;
    age_seconds: string | null;
    limit_seconds: string;
    factor: string | null;
  }>(QUOTES);
  return rows.map(({ team_id, symbol, kind, calendar, age_seconds, limit_seconds, factor }) => ({
    ...{ teamId: team_id, symbol, ageSeconds: age_seconds, limitSeconds: limit_seconds, factor },
    marketOpen: isOpen(calendarOf({ kind, calendar }), now),
  }));
}

const SILENT = sql(
  'watch.silent',
  `select h.team_id, h.name, h.scope, h.within_ms, h.cancel_all, h.flatten,
          extract(epoch from clock_timestamp() - h.renewed_at)::float8 * 1000 as silent_ms
     from heartbeats h
    where h.armed and h.renewed_at < clock_timestamp() - h.within_ms * interval '1 millisecond'
      and not exists (select from trading_states t where t.scope = h.scope and t.state = 'HALTED')`,
);

/** Armed heartbeats of every team that are past their time, and whose scope still trades; for the relay. */
export async function readSilences(tx: Tx): Promise<readonly Silence[]> {
  const rows = await tx.query<{
    team_id: Id;
    name: string;
    scope: string;
    within_ms: number;
    cancel_all: boolean;
    flatten: boolean;
    silent_ms: number;
  }>(SILENT);
  return rows.map((row) => ({
    name: row.name,
    scope: scopeFrom(row.scope, row.team_id) as Silence['scope'],
    withinMs: row.within_ms,
    silentMs: row.silent_ms,
    cancelAll: row.cancel_all,
    flatten: row.flatten,
  }));
}
