import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Regime } from './regime.ts';

const SUBJECTS = sql(
  'decisions.subjects',
  `select s.strategy, s.symbol,
          (select r.reason from restricted_symbols r
            where r.team_id = $1 and r.symbol = s.symbol and r.scope = 'team') as restriction,
          i.expires_at <= clock_timestamp() as expired
     from (select distinct strategy, symbol from signals
            where team_id = $1 and received_at > (select clock_timestamp()) - interval '1 day') s
     join instruments i on i.symbol = s.symbol
    limit $2`,
);

/** A strategy and symbol that signals came for within a day, with the facts that decide about it ahead. */
export interface Subject {
  readonly strategy: string;
  readonly symbol: string;
  readonly restriction: string | null;
  readonly expired: boolean | null;
}

export function readSubjects(tx: Tx, teamId: Id, atMost: number): Promise<Subject[]> {
  return tx.query<Subject & Record<string, unknown>>(SUBJECTS, [teamId, atMost]);
}

const SAVE = sql(
  'decisions.save',
  `insert into cached_decisions (team_id, strategy, symbol, regime, decision, reason, expires_at)
   select $1, d.*, clock_timestamp() + $7 * interval '1 millisecond'
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as d (strategy, symbol, regime, decision, reason)
   on conflict (team_id, strategy, symbol, regime) do update
      set decision = excluded.decision, reason = excluded.reason, decided_at = clock_timestamp(),
          expires_at = excluded.expires_at`,
);
const FORGET = sql(
  'decisions.forget',
  `delete from cached_decisions where team_id = $1 and expires_at < clock_timestamp() - interval '1 hour'`,
);

export interface DecisionRow {
  readonly strategy: string;
  readonly symbol: string;
  readonly regime: Regime;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
}

/** Writes decisions of a team, good for a while, and removes what has long ended. */
export function saveDecisions(tx: Tx, teamId: Id, rows: readonly DecisionRow[], lastsMs: number): void {
  tx.execute(SAVE, [
    teamId,
    rows.map((row) => row.strategy),
    rows.map((row) => row.symbol),
    rows.map((row) => row.regime),
    rows.map((row) => row.decision),
    rows.map((row) => row.reason),
    lastsMs,
  ]);
  tx.execute(FORGET, [teamId]);
}

const READ = sql(
  'decisions.read',
  `select strategy, symbol, regime, decision, reason, expires_at from cached_decisions
    where team_id = $1 and expires_at > clock_timestamp()`,
);

export function readDecisions(tx: Tx, teamId: Id): Promise<(DecisionRow & { readonly expires_at: Date })[]> {
  return tx.query<DecisionRow & { readonly expires_at: Date } & Record<string, unknown>>(READ, [teamId]);
}
