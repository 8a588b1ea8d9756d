import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** Advisory lock class of an account's books: shared by who books, exclusive for who closes a day. */
const LEDGER_LOCK_CLASS = 0x4b4c;

/**
 * What books need beyond plain fills: reversals, restatements, cash movements and expiries; balances, trading days and
 * streaks that risk reads; what a round trip risked and saw; statements and snapshots of the portfolio.
 */
export class ExtendLedger implements MigrationInterface {
  readonly name = 'ExtendLedger1763724600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ENTRIES);
    await runner.query(POSITIONS_AND_TRADES);
    await runner.query(RUNNING_TOTALS);
    await runner.query(STATEMENTS);
    await this.#fillIn(runner);
    for (const table of ['balances', 'account_days', 'strategy_streaks']) {
      await tenantTable(runner, table, 'select, insert, update');
    }
    await tenantTable(runner, 'statements', 'select, insert');
    await tenantTable(runner, 'portfolio_snapshots', 'select, insert');
  }

  /** What was booked before: executions, totals and descriptions from the rows they follow from, team by team under its policy. */
  async #fillIn(runner: QueryRunner): Promise<void> {
    const teams = (await runner.query('select keelson.every_team() as team_id')) as { team_id: string }[];
    for (const { team_id: teamId } of teams) {
      await runner.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
      await runner.query(FILL_IN);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.lock_ledger;
      drop function keelson.booking_day;
      drop table keelson.portfolio_snapshots, keelson.statements;
      drop table keelson.strategy_streaks, keelson.account_days, keelson.balances;
      drop index keelson.trades_by_strategy;
      alter table keelson.trades
        drop column strategy, drop column currency, drop column multiplier, drop column fees, drop column stop_price,
        drop column initial_risk, drop column lowest_price, drop column highest_price, drop column excursions_from,
        drop column voided_at;
      alter table keelson.positions
        drop column currency, drop column multiplier, drop column last_executed_at, drop column restate_from;
      drop index keelson.entries_reversed, keelson.entries_by_day;
      alter table keelson.entries
        drop column kind, drop column symbol, drop column side, drop column quantity, drop column price,
        drop column multiplier, drop column fee, drop column currency, drop column executed_at, drop column trading_day,
        drop column reference,
        alter column signal_id set not null,
        alter column fill_id set not null;
      alter table keelson.trades alter column opened_by set not null;
    `);
  }
}

const ENTRIES = `
  alter table keelson.entries
    alter column signal_id drop not null,
    alter column fill_id drop not null,
    add column kind text not null default 'fill' check (kind in ('fill', 'reversal', 'restatement', 'deposit', 'withdrawal',
      'conversion', 'expiry', 'assignment', 'exercise', 'delivery')),
    add column symbol text,
    add column side text check (side in ('buy', 'sell')),
    add column quantity numeric(30,12) check (quantity > 0),
    add column price numeric(30,12),
    add column multiplier numeric(30,12),
    add column fee numeric(30,12),
    add column currency text,
    add column executed_at timestamptz,
    add column trading_day date not null default (now() at time zone 'America/New_York' + interval '7 hours')::date,
    add column reference text,
    add constraint entries_reversal check ((kind = 'reversal') = (reverses is not null));
  comment on column keelson.entries.quantity is 'of an execution: symbol, side, quantity, price, multiplier and time are what positions are replayed from';
  comment on column keelson.entries.trading_day is 'the day of the account that it counts to: its own, or the open one when its own was closed already';
  comment on column keelson.entries.reference is 'what it is for in the words of who posted it; of a restatement, the entry that caused it';
  create unique index entries_reversed on keelson.entries (reverses) where reverses is not null;
  create index entries_by_day on keelson.entries (account_id, trading_day);
`;

const POSITIONS_AND_TRADES = `
  alter table keelson.positions
    add column currency text,
    add column multiplier numeric(30,12),
    add column last_executed_at timestamptz,
    add column restate_from timestamptz;
  comment on column keelson.positions.restate_from is 'fills came out of the order of execution since then: replayed before the day is closed';

  alter table keelson.trades
    alter column opened_by drop not null,
    add column strategy text,
    add column currency text,
    add column multiplier numeric(30,12) not null default 1,
    add column fees numeric(40,12) not null default 0,
    add column stop_price numeric(30,12),
    add column initial_risk numeric(40,12),
    add column lowest_price numeric(30,12),
    add column highest_price numeric(30,12),
    add column excursions_from text not null default 'fills' check (excursions_from in ('fills', 'quotes')),
    add column voided_at timestamptz;
  comment on column keelson.trades.initial_risk is 'what the stop of the entry put at risk, in the currency of the instrument; null without a stop';
  comment on column keelson.trades.lowest_price is 'seen while it was open, in its own fills or also in quotes: excursions_from';
  comment on column keelson.trades.voided_at is 'a bust or a late fill left nothing of it, and closed it; kept because it was told';
  create index trades_by_strategy on keelson.trades (account_id, strategy, closed_at) where closed_at is not null;
`;

/** Evening trades count to the next day, those of a weekend to Monday. */
const FILL_IN = `
  update keelson.entries e
     set symbol = o.symbol, side = o.side, quantity = f.quantity, price = f.price, multiplier = o.multiplier,
         currency = o.currency, executed_at = f.executed_at, trading_day = d.day
    from keelson.fills f
    join keelson.orders o on o.order_id = f.order_id
   cross join lateral (select (f.executed_at at time zone 'America/New_York' + interval '7 hours')::date as date) l
   cross join lateral (select l.date + case extract(isodow from l.date) when 6 then 2 when 7 then 1 else 0 end as day) d
   where e.fill_id = f.fill_id;
  update keelson.positions p set currency = i.currency, multiplier = i.multiplier
    from keelson.instruments i where i.symbol = p.symbol;
  update keelson.trades t set currency = i.currency, multiplier = i.multiplier
    from keelson.instruments i where i.symbol = t.symbol;
  update keelson.trades t set strategy = s.strategy from keelson.signals s where s.signal_id = t.opened_by;
  insert into keelson.balances (account_id, currency, team_id, cash)
  select e.account_id, p.currency, e.team_id, sum(p.amount)
    from keelson.postings p join keelson.entries e using (entry_id)
   where p.ledger_account = 'cash' group by e.account_id, p.currency, e.team_id;
  insert into keelson.account_days (account_id, trading_day, currency, team_id, realised_profit, fills)
  select e.account_id, e.trading_day, e.currency, e.team_id,
         coalesce(-sum(p.profit), 0), count(*)
    from keelson.entries e
   cross join lateral (select sum(amount) as profit from keelson.postings
                        where entry_id = e.entry_id and ledger_account = 'realised_profit') p
   where e.quantity is not null group by e.account_id, e.trading_day, e.currency, e.team_id;
`;

const RUNNING_TOTALS = `
  create table keelson.balances (
    account_id uuid not null,
    currency text not null,
    team_id uuid not null,
    cash numeric(40,12) not null default 0,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (account_id, currency)
  ) with (fillfactor = 50);
  comment on column keelson.balances.cash is 'the sum of all postings on cash';

  create table keelson.account_days (
    account_id uuid not null,
    trading_day date not null,
    currency text not null,
    team_id uuid not null,
    realised_profit numeric(40,12) not null default 0,
    fees numeric(40,12) not null default 0,
    fills integer not null default 0,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (account_id, trading_day, currency)
  ) with (fillfactor = 50);
  comment on column keelson.account_days.realised_profit is 'before fees';

  create table keelson.strategy_streaks (
    account_id uuid not null,
    strategy text not null,
    team_id uuid not null,
    consecutive_losses integer not null default 0,
    last_trade_id uuid,
    counted_from timestamptz not null default '-infinity',
    updated_at timestamptz not null default clock_timestamp(),
    primary key (account_id, strategy)
  ) with (fillfactor = 50);
  comment on column keelson.strategy_streaks.consecutive_losses is 'closed trades since the last one with a profit, net of fees; a scratch counts neither way';
  comment on column keelson.strategy_streaks.counted_from is 'losses before it are forgiven: an operator let the strategy go on';
`;

const STATEMENTS = `
  create table keelson.statements (
    statement_id uuid primary key,
    team_id uuid not null,
    account_id uuid not null,
    trading_day date not null,
    content jsonb not null,
    content_sha256 text not null,
    closed_at timestamptz not null default clock_timestamp(),
    unique (account_id, trading_day)
  );
  comment on column keelson.statements.content is 'what the entries up to that day add up to; made again from them, it has the same hash';

  create table keelson.portfolio_snapshots (
    snapshot_id uuid primary key,
    team_id uuid not null,
    account_id uuid not null,
    taken_at timestamptz not null,
    trading_day date not null,
    currency text not null,
    cash numeric(40,12) not null,
    positions_value numeric(40,12) not null,
    unrealised_profit numeric(40,12) not null,
    equity numeric(40,12) not null,
    unpriced text[] not null default '{}'
  );
  comment on column keelson.portfolio_snapshots.unpriced is 'symbols and currencies without a quote: carried at cost, and left out where there is no rate';
  create index portfolio_snapshots_by_account on keelson.portfolio_snapshots (account_id, taken_at);

  create function keelson.lock_ledger(wanted_account uuid) returns void language sql as $$
    select pg_advisory_xact_lock(${LEDGER_LOCK_CLASS}, hashtext(wanted_account::text))
  $$;
  comment on function keelson.lock_ledger is 'waits for entries that are being written; entries that come after wait for the end of this transaction';

  create function keelson.booking_day(wanted_account uuid, wanted_day date) returns date language plpgsql as $$
    declare
      closed date;
    begin
      perform pg_advisory_xact_lock_shared(${LEDGER_LOCK_CLASS}, hashtext(wanted_account::text));
      select max(trading_day) into closed from keelson.statements where account_id = wanted_account;
      return greatest(wanted_day, closed + case extract(isodow from closed) when 5 then 3 when 6 then 2 else 1 end);
    end $$;
  comment on function keelson.booking_day is 'a closed day takes no more entries: what comes late counts to the open one';
  grant execute on function keelson.lock_ledger, keelson.booking_day to keelson_app;
`;
