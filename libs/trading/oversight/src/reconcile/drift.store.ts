import type { TradingState } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Facts } from './difference.ts';
import type { DriftKind, Treatment } from './kinds.ts';

/** A proven difference, as it is recorded. */
export interface Drift {
  /** Follows from account, kind, subject and facts: one difference, one row, one event. */
  readonly driftId: Id;
  readonly accountId: Id;
  readonly broker: string;
  readonly kind: DriftKind;
  readonly subject: string;
  readonly symbol: string | undefined;
  readonly ours: Facts | undefined;
  readonly venue: Facts | undefined;
  readonly treatment: Treatment;
}

/** What is on record of a drift once it was seen. */
export interface Recorded {
  readonly driftId: Id;
  /** True when nobody had seen it before. */
  readonly fresh: boolean;
  readonly state: 'open' | 'repaired' | 'accepted_venue' | 'accepted_ours';
  /** How often it was tried to mend it, this time included. */
  readonly attempts: number;
}

const RECORD = sql(
  'reconcile.record_drifts',
  `insert into reconciliation_drifts as d
     (drift_id, team_id, account_id, broker, kind, subject, symbol, ours, venue, treatment, attempts, state, ended_at)
   select f.drift_id, $1, $2, $3, f.kind, f.subject, f.symbol, f.ours, f.venue, f.treatment, 1,
          case f.treatment when 'note' then 'repaired' else 'open' end,
          case f.treatment when 'note' then clock_timestamp() end
     from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[], $10::text[])
       as f (drift_id, kind, subject, symbol, ours, venue, treatment)
    order by f.drift_id
   on conflict (drift_id) do update
      set attempts = d.attempts + 1,
          state = case when d.state = 'repaired' and d.treatment <> 'note' then 'open' else d.state end,
          ended_at = case when d.state = 'repaired' and d.treatment <> 'note' then null else d.ended_at end
   returning drift_id, xmax = 0 as fresh, state, attempts`,
);

/** Records proven differences; what was accepted stays so, what seemed mended and is there again is open again. */
export async function recordDrifts(tx: Tx, drifts: readonly Drift[]): Promise<ReadonlyMap<Id, Recorded>> {
  const [first] = drifts;
  if (!first) return new Map();
  const json = (facts: Facts | undefined) => (facts === undefined ? null : JSON.stringify(facts));
  const rows = await tx.query<{ drift_id: Id; fresh: boolean; state: Recorded['state']; attempts: number }>(RECORD, [
    ...[tx.teamId, first.accountId, first.broker],
    drifts.map(({ driftId }) => driftId),
    drifts.map(({ kind }) => kind),
    drifts.map(({ subject }) => subject),
    drifts.map(({ symbol }) => symbol ?? null),
    drifts.map(({ ours }) => json(ours)),
    drifts.map(({ venue }) => json(venue)),
    drifts.map(({ treatment }) => treatment),
  ]);
  return new Map(rows.map((row) => [row.drift_id, { ...row, driftId: row.drift_id }]));
}

const END_GONE = sql(
  'reconcile.end_gone',
  `update reconciliation_drifts set state = 'repaired', ended_at = clock_timestamp()
    where account_id = $1 and ended_at is null and drift_id <> all($2::uuid[])
      -- What is held agrees, or it is of something that was looked at all the same.
      and ($3 or kind not in ('position', 'balance')
                 and coalesce((coalesce(venue, ours) ->> 'at')::timestamptz, 'infinity') >= $4)
   returning drift_id`,
);

/** What a look showed, besides orders: whether positions and cash, and executions since when. */
export interface Covered {
  readonly holdings: boolean;
  readonly executionsSince: Date;
}

/** Ends open drifts that a complete look did not show any more; their ids. What it did not cover stays. */
export async function endGone(
  tx: Tx,
  accountId: Id,
  seen: readonly Id[],
  { holdings, executionsSince }: Covered,
): Promise<readonly Id[]> {
  const rows = await tx.query<{ drift_id: Id }>(END_GONE, [accountId, seen, holdings, executionsSince]);
  return rows.map((row) => row.drift_id);
}

const ESCALATE = sql(
  'reconcile.escalate',
  `update reconciliation_drifts set treatment = 'operator', led_to = $2, problem = coalesce($3, problem)
    where drift_id = any($1::uuid[])`,
);

/** Leaves drifts to an operator, with what that did to the account. */
export function escalate(tx: Tx, driftIds: readonly Id[], ledTo: 'REDUCING' | 'HALTED', problem?: string): void {
  tx.execute(ESCALATE, [driftIds, ledTo, problem ?? null]);
}

const PROBLEM = sql(
  'reconcile.problem',
  'update reconciliation_drifts set problem = $2 where drift_id = any($1::uuid[])',
);

/** Why an attempt to mend drifts failed. */
export function noteProblem(tx: Tx, driftIds: readonly Id[], problem: string): void {
  tx.execute(PROBLEM, [driftIds, problem.slice(0, 500)]);
}

const OPEN = sql(
  'reconcile.count_open',
  'select count(*)::int as open from reconciliation_drifts where ended_at is null',
);

/** How many drifts nobody has mended or accepted, of all teams. To be run as relay. */
export async function openDrifts(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ open: number }>(OPEN);
  return row!.open;
}

const STATES = sql(
  'reconcile.led_to',
  'select drift_id, led_to from reconciliation_drifts where account_id = $1 and ended_at is null and led_to is not null',
);

/** Open drifts that restricted the account already, and how far. */
export async function openStates(tx: Tx, accountId: Id): Promise<ReadonlyMap<Id, 'REDUCING' | 'HALTED'>> {
  const rows = await tx.query<{ drift_id: Id; led_to: 'REDUCING' | 'HALTED' }>(STATES, [accountId]);
  return new Map(rows.map((row) => [row.drift_id, row.led_to]));
}

const ACCOUNT_STATE = sql(
  'reconcile.account_state',
  `select state from trading_states where scope = 'account:' || $1::uuid`,
);

/** The state that is set for the account itself; ACTIVE when none is. */
export async function accountState(tx: Tx, accountId: Id): Promise<TradingState> {
  const [row] = await tx.query<{ state: TradingState }>(ACCOUNT_STATE, [accountId]);
  return row?.state ?? 'ACTIVE';
}
