import type { TradingDay } from '@keelson/market';
import { sql, type Tx } from '@keelson/persistence';
import type { Check } from './judge.ts';

const CONNECTIONS = sql(
  'readiness.connections',
  `select wanted.name, count(a.pid)::int as count
     from unnest($1::text[]) as wanted (name)
     left join pg_stat_activity a on a.datname = current_database() and (a.application_name = wanted.name or a.application_name like wanted.name || '-%')
    group by wanted.name
    order by array_position($1::text[], wanted.name)`,
);
const PLATFORM = sql(
  'readiness.platform',
  `select (select state from trading_states where scope = 'platform') as state,
          (select coalesce(array_agg(name order by name), '{}') from schedule_runs
            where last_error is not null and name <> 'pre-market-check') as failed,
          (select coalesce(jsonb_object_agg(r.root, r.last), '{}')
             from (select root, max(rolls_at) as last from instruments where root is not null group by root) r) as rolls`,
);
const BOOKS = sql(
  'readiness.books',
  `select (select count(*)::int from reconciliations where not exempt and state <> 'clean') as not_clean,
          (select count(*)::int from reconciliation_drifts where state = 'open') as drifts`,
);
const TEAMS = sql('readiness.teams', 'select every_team() as team_id');
const TEAM = sql(
  'readiness.team',
  `select (select count(*)::int from trading_states where team_id = $1 and state = 'HALTED') as halted,
          (select count(*)::int from trading_states where team_id = $1 and state = 'REDUCING') as reducing,
          count(*)::int as accounts,
          count(*) filter (where exists (
            select from unnest($2::text[]) as wanted (name)
             where not exists (select from risk_limits l
                                where l.account_id = a.account_id and l.scope = 'account' and l.name = wanted.name)))::int as without
     from accounts a where a.team_id = $1`,
);
const WRITE = sql(
  'readiness.write',
  `insert into market_checks (trading_day, checked_at, failed, checks) values ($1, $2, $3, $4)
   on conflict (trading_day) do update
      set checked_at = excluded.checked_at, failed = excluded.failed, checks = excluded.checks`,
);
const LAST = sql(
  'readiness.last',
  `select trading_day::text as day, checked_at as "checkedAt", failed, checks from market_checks order by trading_day desc limit 1`,
);
const PRUNE = sql('readiness.prune', `delete from market_checks where trading_day < current_date - $1::int`);

/** How many connections to Postgres services have, by name. */
export async function readConnections(tx: Tx, services: readonly string[]): Promise<Record<string, number>> {
  const rows = await tx.query<{ name: string; count: number }>(CONNECTIONS, [services]);
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

export interface PlatformRow {
  readonly state: string | null;
  readonly failed: readonly string[];
  /** Root → the instant at which its last contract rolls, as text. */
  readonly rolls: Readonly<Record<string, string>>;
}

export async function readPlatform(tx: Tx): Promise<PlatformRow> {
  return (await tx.query<PlatformRow & Record<string, unknown>>(PLATFORM))[0]!;
}

/** Of every team; to be run as relay. */
export async function readBooks(tx: Tx): Promise<{ readonly not_clean: number; readonly drifts: number }> {
  return (await tx.query<{ not_clean: number; drifts: number }>(BOOKS))[0]!;
}

export async function readTeams(tx: Tx): Promise<readonly string[]> {
  return (await tx.query<{ team_id: string }>(TEAMS)).map((row) => row.team_id);
}

export interface TeamRow {
  readonly halted: number;
  readonly reducing: number;
  readonly accounts: number;
  readonly without: number;
}

/** One team's counts; to be run as that team. */
export async function readTeam(tx: Tx, teamId: string, limits: readonly string[]): Promise<TeamRow> {
  return (await tx.query<TeamRow & Record<string, unknown>>(TEAM, [teamId, limits]))[0]!;
}

/** The report of a look; a later look of the same day replaces it. */
export interface Report {
  readonly day: TradingDay;
  readonly checkedAt: Date;
  readonly failed: number;
  readonly checks: readonly Check[];
}

export function writeReport(tx: Tx, { day, checkedAt, failed, checks }: Report): void {
  tx.execute(WRITE, [day, checkedAt, failed, JSON.stringify(checks)]);
}

export async function lastReport(tx: Tx): Promise<Report | undefined> {
  return (await tx.query<Report & Record<string, unknown>>(LAST))[0];
}

/** Deletes reports of more than so many days. */
export function pruneReports(tx: Tx, olderThanDays: number): void {
  tx.execute(PRUNE, [olderThanDays]);
}
