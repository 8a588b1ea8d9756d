import type { Exits, OrderTerms, Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import type { CalendarName, InstrumentKind } from '@keelson/market';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';
import type { Finding } from './denial.ts';
import type { AccountLimits } from './limits.ts';
import type { ScopedState } from './trading-state.ts';

/** Of a spread's legs: what was asked for, what each instrument is, and what is held of it. */
const LEGS = `case when s.legs is not null then
  (select jsonb_agg(jsonb_build_object(
            'symbol', leg->>'symbol', 'side', leg->>'side', 'quantity', leg->>'quantity', 'price', leg->>'price',
            'multiplier', coalesce(li.multiplier::text, leg->>'multiplier'), 'underlying', li.underlying,
            'right', li.option_right, 'strike', li.strike::text, 'expiresAt', li.expires_at,
            'quotedAt', least(lq.at, lq.received_at), 'position', coalesce(lp.quantity, 0)::text,
            'openBuys', lo.buys::text, 'openSells', lo.sells::text) order by number)
     from jsonb_array_elements(s.legs) with ordinality as l (leg, number)
     left join instruments li on li.symbol = leg->>'symbol'
     left join quotes lq on lq.symbol = leg->>'symbol'
     left join positions lp on lp.account_id = s.account_id and lp.symbol = leg->>'symbol'
    cross join open_quantities(s.team_id, s.account_id, leg->>'symbol', s.signal_id) lo) end`;

/** Rates are only counted where somebody limits them: a busy strategy without a limit has many approvals to count. */
const APPROVALS = `case when exists (
    select from risk_limits l
     where l.account_id = s.account_id and l.scope in ('account', 'strategy:' || s.strategy, 'symbol:' || s.symbol)
       and l.name in ('max_orders_per_second', 'max_orders_per_minute') and l.value is not null)
  then (select jsonb_build_array(count(*) filter (where v.decided_at > clock_timestamp() - interval '1 second'), count(*))
          from verdicts v
         where v.account_id = s.account_id and v.strategy = s.strategy and v.approved
           -- Worked out once, so that it bounds the index.
           and v.decided_at > (select clock_timestamp()) - interval '1 minute') end`;

/** Of the currencies that are not the account's: the instrument's, and those in which something was realised today. */
const RATES = `case when i.currency <> a.currency or exists (
    select from account_days d where d.account_id = s.account_id and d.trading_day = $2 and d.currency <> a.currency)
  then (select jsonb_object_agg(c.currency, jsonb_build_array(r.rate::text, r.quoted_at))
          from (select i.currency union select d.currency from account_days d
                 where d.account_id = s.account_id and d.trading_day = $2) c
         cross join lateral fx_rate(c.currency, a.currency) r
         where c.currency <> a.currency) end`;

const LOAD = sqlOfRows(
  'risk.load',
  { signal_id: 'uuid', trading_day: 'date' },
  (
    rows,
  ) => `select n.at, s.account_id, s.strategy, s.symbol, s.side, s.quantity, s.price, s.terms, s.exits, s.reduce_only, s.expires_at,
          clock_timestamp() as now, a.broker, a.may_sell_short, a.currency as account_currency,
          i.kind, i.calendar, i.multiplier, i.currency, i.initial_margin, i.expires_at as instrument_expires_at,
          (select jsonb_agg(jsonb_build_object('scope', t.scope, 'state', t.state, 'generation', t.halt_generation::text))
             from trading_states t
            where t.scope = any(trading_scopes(s.team_id, s.account_id, s.strategy, s.symbol, s.legs))) as states,
          (select v.version from limit_versions v where v.account_id = s.account_id) as limits_version,
          (select jsonb_agg(jsonb_build_array(e.scope, (e.held + e.appreciated)::text, e.reserved::text, e.maximum::text))
             from exposures e
            where e.account_id = s.account_id
              and e.scope in ('account', 'strategy:' || s.strategy, 'symbol:' || s.symbol)) as exposures,
          (select p.quantity from positions p where p.account_id = s.account_id and p.symbol = s.symbol) as position,
          (select count(*)::int from positions p where p.account_id = s.account_id and p.quantity <> 0) as open_positions,
          o.buys, o.sells, f.equity, f.buying_power,
          (select jsonb_agg(jsonb_build_array(d.currency, (d.realised_profit - d.fees)::text)) from account_days d
            where d.account_id = s.account_id and d.trading_day = n.trading_day) as day_results,
          (select k.consecutive_losses from strategy_streaks k
            where k.account_id = s.account_id and k.strategy = s.strategy) as consecutive_losses,
          ${APPROVALS} as approvals,
          q.bid, q.ask, least(q.at, q.received_at) as quoted_at,
          (select r.reason from restricted_symbols r
            where r.team_id = s.team_id and r.scope in ('team', 'account:' || s.account_id)
              and (r.symbol = s.symbol or s.legs @> jsonb_build_array(jsonb_build_object('symbol', r.symbol)))
            limit 1) as restriction,
          s.legs is not null as spread,
          (select d.signal_id from signals d
             join verdicts dv on dv.signal_id = d.signal_id and dv.approved
            where s.sender_id is null and s.sent_at is not null and s.order_reference is not null
              and d.sender_id is null and d.account_id = s.account_id and d.sent_at = s.sent_at
              and d.order_reference = s.order_reference and d.strategy = s.strategy and d.symbol = s.symbol
              and d.side = s.side and d.quantity = s.quantity and d.price = s.price
              and d.signal_id <> s.signal_id
            limit 1) as twin,
          case when s.sender_id is null and s.sent_at is not null then s.sent_at::text || '/' || s.order_reference end as sending,
          exists (select from verdicts v where v.signal_id = s.signal_id) as decided
     from ${rows}
     join signals s on s.signal_id = n.signal_id
     join accounts a on a.account_id = s.account_id
     join instruments i on i.symbol = s.symbol
    cross join open_quantities(s.team_id, s.account_id, s.symbol, s.signal_id) o
     left join account_funds f on f.account_id = s.account_id and f.at > clock_timestamp() - interval '1 day'
     left join quotes q on q.symbol = s.symbol`,
);

/** Only asked for where there is such a thing: Postgres sets up every part of a statement, also those it then skips. */
const LOAD_MORE = sql(
  'risk.load_more',
  `select ${RATES} as rates, ${LEGS} as legs
     from signals s
     join accounts a on a.account_id = s.account_id
     join instruments i on i.symbol = s.symbol
    where s.signal_id = $1`,
);

export interface LegRow {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly multiplier: string;
  readonly underlying: string | null;
  readonly right: 'call' | 'put' | null;
  readonly strike: string | null;
  readonly expiresAt: string | null;
  readonly quotedAt: string | null;
  readonly position: string;
  readonly openBuys: string;
  readonly openSells: string;
}

/** A signal with all that the checks look at, as Postgres answers. */
export interface SituationRow {
  readonly account_id: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly terms: OrderTerms | null;
  readonly exits: Exits | null;
  readonly reduce_only: boolean;
  readonly expires_at: Date;
  readonly now: Date;
  readonly broker: string;
  readonly may_sell_short: boolean;
  readonly kind: InstrumentKind;
  readonly calendar: CalendarName | null;
  readonly multiplier: string;
  readonly currency: string;
  readonly initial_margin: string | null;
  readonly instrument_expires_at: Date | null;
  readonly states: readonly ScopedState[] | null;
  readonly limits_version: number | null;
  /** Scope, held, reserved, maximum. */
  readonly exposures: readonly (readonly [string, string, string, string | null])[] | null;
  readonly position: string | null;
  readonly open_positions: number;
  readonly buys: string;
  readonly sells: string;
  readonly equity: string | null;
  readonly buying_power: string | null;
  readonly account_currency: string;
  /** Currency and result. */
  readonly day_results: readonly (readonly [string, string])[] | null;
  /** By currency: units of the account's for one of it, and when that was quoted. */
  readonly rates: Readonly<Record<string, readonly [string, string]>> | null;
  readonly consecutive_losses: number | null;
  readonly approvals: readonly [number, number] | null;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly quoted_at: Date | null;
  readonly restriction: string | null;
  readonly legs: readonly LegRow[] | null;
  readonly twin: Id | null;
  /** What the sender says of when and as what he sent it; null where a name of his own tells it from others. */
  readonly sending: string | null;
  readonly decided: boolean;
}

type More = Pick<SituationRow, 'rates' | 'legs'>;
type Loaded = Omit<SituationRow, keyof More> & { readonly spread: boolean };

/**
 * Reads a signal with its whole situation: in one statement, and one more for spreads and foreign currencies.
 * `tradingDay` is the account's, as YYYY-MM-DD.
 */
export async function loadSituationRow(tx: Tx, signalId: Id, tradingDay: string): Promise<SituationRow> {
  const [row] = await tx.queryRow<Loaded & Record<string, unknown>>(LOAD, {
    signal_id: signalId,
    trading_day: tradingDay,
  });
  if (!row) throw new Error(`Signal ${signalId} is not in the database of this team`);
  if (!row.spread && !isForeign(row)) return { ...row, rates: null, legs: null };
  const [more] = await tx.query<More & Record<string, unknown>>(LOAD_MORE, [signalId, tradingDay]);
  return { ...row, ...more! };
}

function isForeign({ currency, account_currency: own, day_results: results }: Loaded): boolean {
  return currency !== own || (results ?? []).some(([realisedIn]) => realisedIn !== own);
}

const LIMITS = sql(
  'risk.limits',
  `select v.version, l.scope, l.name, l.value
     from limit_versions v left join risk_limits l on l.account_id = v.account_id
    where v.account_id = $1`,
);

interface LimitsRow {
  readonly version: number;
  readonly scope: string | null;
  readonly name: string | null;
  readonly value: string | null;
}

/** Every limit of an account and the version that they are of, in one snapshot; no rows at version 0 where none was ever set. */
export async function loadLimits(tx: Tx, accountId: Id): Promise<AccountLimits> {
  const rows = await tx.query<LimitsRow & Record<string, unknown>>(LIMITS, [accountId]);
  return {
    version: rows[0]?.version ?? 0,
    rows: rows.flatMap(({ scope, name, value }) =>
      scope === null || name === null ? [] : [{ scope, name, value: value === null ? null : new Decimal(value) }],
    ),
  };
}

const INSERT_VERDICT = sqlOfRows(
  'risk.insert_verdict',
  {
    ...{ signal_id: 'uuid', team_id: 'uuid', approved: 'bool', code: 'text', checks: 'jsonb' },
    ...{ halt_generation: 'bigint', account_id: 'uuid', strategy: 'text', limits_version: 'int' },
  },
  (
    rows,
  ) => `insert into verdicts (signal_id, team_id, approved, code, checks, halt_generation, account_id, strategy, limits_version)
   select signal_id, team_id, approved, code, checks, halt_generation, account_id, strategy, limits_version from ${rows}`,
);

/** Records the one verdict of a signal; a second one is refused by the key. */
export function insertVerdict(
  tx: Tx,
  of: { signalId: Id; accountId: Id; strategy: string; haltGeneration: string; limitsVersion: number },
  verdict: { approved: boolean; code?: string; findings: readonly Finding[] },
): void {
  const { approved, code, findings } = verdict;
  tx.executeRows(INSERT_VERDICT, [
    {
      ...{ signal_id: of.signalId, team_id: tx.teamId!, approved, code: code ?? null },
      ...{ checks: JSON.stringify(findings), halt_generation: of.haltGeneration, account_id: of.accountId },
      ...{ strategy: of.strategy, limits_version: of.limitsVersion },
    },
  ]);
}
