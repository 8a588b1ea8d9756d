import type { Id } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';
import { sql, type Tx } from '@keelson/persistence';
import type { DayFigures, Statement } from './statement.ts';

const LOCK = sql('ledger.lock_ledger', 'select lock_ledger($1)');

/** Waits for entries that are being written, and keeps others waiting until the end of the transaction. */
export async function lockLedger(tx: Tx, accountId: Id): Promise<void> {
  await tx.query(LOCK, [accountId]);
}

const LAST = sql(
  'ledger.last_closed',
  `select (max(trading_day))::text as last, (max(trading_day) filter (where trading_day < $2))::text as before
     from statements where account_id = $1`,
);

/** The last day that is closed, and the last one before a given day. */
export async function lastClosed(
  tx: Tx,
  accountId: Id,
  day: TradingDay,
): Promise<{ last: TradingDay | undefined; before: TradingDay | undefined }> {
  const [row] = await tx.query<{ last: string | null; before: string | null }>(LAST, [accountId, day]);
  return { last: row!.last ?? undefined, before: row!.before ?? undefined };
}

/** Executions count from their entry on, until the day of its reversal. Days are compared as text of a date would be. */
const FIGURES = sql(
  'ledger.day_figures',
  `with known as (
     select e.* from entries e where e.account_id = $1 and e.trading_day <= $2),
   today as (
     select * from known where trading_day > coalesce($3::date, '-infinity')),
   lines as (
     select p.currency, p.ledger_account, p.amount, t.kind from today t join postings p using (entry_id)),
   fees as (
     select currency, -sum(amount) as amount from lines where ledger_account = 'fees' group by currency),
   causes as (
     select currency,
            case kind when 'deposit' then 'deposits' when 'withdrawal' then 'withdrawals' when 'conversion' then 'conversions'
                      else 'trading' end as cause,
            sum(amount) as amount
       from lines where ledger_account = 'cash' group by 1, 2),
   moved as (
     select c.currency, c.cause,
            c.amount - case c.cause when 'trading' then coalesce(f.amount, 0) else 0 end as amount
       from causes c left join fees f using (currency)
      union all
     select currency, 'fees', amount from fees),
   held as (
     select k.symbol, k.currency, sum(case k.side when 'buy' then k.quantity else -k.quantity end) as quantity
       from known k
      where k.quantity is not null and not exists (select from known r where r.reverses = k.entry_id)
      group by k.symbol, k.currency),
   costs as (
     select k.symbol, sum(p.amount) as cost from known k join postings p using (entry_id)
      where p.ledger_account = 'position:' || k.symbol group by k.symbol)
   select
     (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'cash', cash::text) order by currency), '[]')
        from (select p.currency, sum(p.amount) as cash from known k join postings p using (entry_id)
               where k.trading_day <= $3::date and p.ledger_account = 'cash' group by p.currency) o) as opening,
     (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'cause', cause, 'amount', amount::text)
                                order by currency, cause), '[]') from moved where amount <> 0) as moved,
     (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'profit', profit::text) order by currency), '[]')
        from (select currency, -sum(amount) as profit from lines
               where ledger_account = 'realised_profit' group by currency) r) as realised,
     (select coalesce(jsonb_agg(jsonb_build_object('symbol', symbol, 'currency', currency, 'quantity', quantity::text,
                                                   'cost', abs(coalesce(cost, 0))::text) order by symbol), '[]')
        from held left join costs using (symbol) where quantity <> 0) as positions,
     (select coalesce(jsonb_agg(jsonb_build_object('entry_id', t.entry_id, 'reverses', t.reverses, 'of_day', k.trading_day,
                                                   'reference', t.reference) order by t.entry_id), '[]')
        from today t join known k on k.entry_id = t.reverses where k.trading_day <= $3::date) as corrections,
     (select count(*)::int from today) as entries`,
);

/** What the entries up to a day add up to, and what those since the last closed day moved. */
export async function readFigures(
  tx: Tx,
  accountId: Id,
  day: TradingDay,
  since: TradingDay | undefined,
): Promise<DayFigures> {
  const [row] = await tx.query<DayFigures & Record<string, unknown>>(FIGURES, [accountId, day, since ?? null]);
  return row!;
}

const DIFFERENCES = sql(
  'ledger.open_differences',
  `select 'venue: ' || d.kind || ' of ' || d.subject as difference
     from reconciliation_drifts d where d.account_id = $1 and d.ended_at is null
    union all
   select 'venue: the last comparison came out ' || r.state
     from reconciliations r where r.account_id = $1 and not r.exempt and r.state <> 'clean'
    union all
   select 'book: ' || count(*) || ' fills or busts are not booked yet'
     from outbox o where o.step = 'book' and o.payload->>'accountId' = $1::text having count(*) > 0
    union all
   select 'position: ' || p.symbol || ' waits for a replay'
     from positions p where p.account_id = $1 and p.restate_from is not null
    union all
   select 'position: ' || p.symbol || ' is ' || p.quantity || ' at ' || p.cost || ', its entries say ' || x.quantity || ' at ' || x.cost
     from positions p
    cross join lateral (
      select coalesce(sum(case e.side when 'buy' then e.quantity else -e.quantity end)
                      filter (where not exists (select from entries r where r.reverses = e.entry_id)), 0) as quantity,
             (select coalesce(sum(q.amount), 0) from entries c join postings q using (entry_id)
               where c.account_id = p.account_id and c.symbol = p.symbol
                 and q.ledger_account = 'position:' || p.symbol) as cost
        from entries e where e.account_id = p.account_id and e.symbol = p.symbol and e.quantity is not null) x
    where p.account_id = $1 and (p.quantity, case when p.quantity < 0 then -p.cost else p.cost end) <> (x.quantity, x.cost)
    union all
   select 'cash: ' || b.currency || ' is ' || b.cash || ', its entries say ' || x.cash
     from balances b
    cross join lateral (select coalesce(sum(q.amount), 0) as cash from entries e join postings q using (entry_id)
                         where e.account_id = b.account_id and q.currency = b.currency and q.ledger_account = 'cash') x
    where b.account_id = $1 and b.cash <> x.cash`,
);

/** Everything that speaks against a statement now, each in a sentence; none when all agrees. */
export async function openDifferences(tx: Tx, accountId: Id): Promise<string[]> {
  const rows = await tx.query<{ difference: string }>(DIFFERENCES, [accountId]);
  return rows.map(({ difference }) => difference);
}

const INSERT = sql(
  'ledger.insert_statement',
  `insert into statements (statement_id, team_id, account_id, trading_day, content, content_sha256)
   values ($1, $2, $3, $4, $5, $6)`,
);

export function insertStatement(tx: Tx, statementId: Id, content: Statement, hash: string): void {
  const { account_id: accountId, trading_day: day } = content;
  tx.execute(INSERT, [statementId, tx.teamId, accountId, day, JSON.stringify(content), hash]);
}

const READ = sql(
  'ledger.read_statements',
  `select statement_id as "statementId", content, content_sha256 as hash, closed_at as "closedAt"
     from statements where trading_day = $1 and ($2::uuid is null or account_id = $2) order by account_id`,
);

/** A statement as it was given out. */
export interface StatementRow {
  readonly statementId: Id;
  readonly content: Statement;
  readonly hash: string;
  readonly closedAt: Date;
}

/** The statements of a day: of one account, or of all of the team. */
export function readStatements(tx: Tx, day: TradingDay, accountId?: Id): Promise<StatementRow[]> {
  return tx.query<StatementRow & Record<string, unknown>>(READ, [day, accountId ?? null]);
}
