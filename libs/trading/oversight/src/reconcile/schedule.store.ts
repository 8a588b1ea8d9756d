import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

/** Class of the advisory lock under which processes join the fleet one by one, and of the locks by which owners live. */
const JOIN_LOCK = [0x4b52, 1] as const;
const OWNER_LOCK_CLASS = 0x4b45;

const LOCK = sql('reconcile.lock_join', 'select pg_advisory_xact_lock($1, $2)');
const JOIN = sql(
  'reconcile.join',
  `with alive as (
     select l.name, l.owner, exists (
              select from pg_locks k
               where k.locktype = 'advisory' and k.classid = ${OWNER_LOCK_CLASS} and k.objid = l.owner::bigint::oid
                 and k.database = (select oid from pg_database where datname = current_database())) as lives
       from leases l where l.name like 'flow:%'),
   gone as (delete from leases l using alive a where a.name = l.name and not a.lives),
   self as (
     insert into leases (name, owner, fence, lease_until)
     values ('flow:' || $1::integer, $1::integer, nextval('fences'), 'infinity') on conflict (name) do nothing)
   update reconciliations
      set state = 'unknown', vouched_until = null, working = null, due_at = clock_timestamp(),
          owner = null, lease_until = null
    where $2 and not exempt and not exists (select from alive a where a.lives and a.owner <> $1::integer)
   returning account_id`,
);

/**
 * Makes a process a member of the fleet that runs the flow. The first one knows nothing of what happened before it: every
 * account is unknown again. To be run as relay; returns how many accounts that were.
 *
 * @param starting false for a process that runs already and only has a new number
 */
export async function joinFleet(tx: Tx, owner: number, starting: boolean): Promise<number> {
  tx.execute(LOCK, JOIN_LOCK);
  return (await tx.query(JOIN, [owner, starting])).length;
}

const TAKE = sql(
  'reconcile.take_due',
  `update reconciliations r
      set owner = $1, fence = nextval('fences'), lease_until = clock_timestamp() + $2 * interval '1 millisecond',
          due_at = least(r.due_at, clock_timestamp())
     from (select account_id from reconciliations
            where not exempt and broker = any($6)
              and (lease_until is null or lease_until < clock_timestamp())
              and (due_at <= clock_timestamp()
                   or (account_id = any($4) and coalesce(checked_at, '-infinity') < clock_timestamp() - $5 * interval '1 millisecond'))
            order by due_at limit $3 for update skip locked) due
    where r.account_id = due.account_id
   returning r.account_id, r.team_id, r.broker, r.fence, r.state, r.vouched_until > now() as vouched, r.verified_until,
             r.working, r.cash_baseline, r.baseline_set and r.checks > 0 as baseline_set`,
);

/** An account whose comparison this process has the lease of. */
export interface LeasedAccount {
  readonly accountId: Id;
  readonly teamId: Id;
  readonly broker: string;
  readonly fence: string;
  /** True while an earlier comparison still lets it trade. */
  readonly vouched: boolean;
  /** True where the last comparison found what nobody has settled yet. */
  readonly differing: boolean;
  readonly verifiedUntil: Date | undefined;
  readonly working: readonly Id[] | undefined;
  /** Undefined until a comparison found that all executions agree. */
  readonly cashBaseline: Readonly<Record<string, string>> | undefined;
}

interface LeasedRow {
  readonly account_id: Id;
  readonly team_id: Id;
  readonly broker: string;
  readonly fence: string;
  readonly state: string;
  readonly vouched: boolean | null;
  readonly verified_until: Date | null;
  readonly working: readonly Id[] | null;
  readonly cash_baseline: Readonly<Record<string, string>>;
  readonly baseline_set: boolean;
}

export interface TakeOptions {
  readonly owner: number;
  readonly leaseMs: number;
  readonly limit: number;
  /** Accounts that traded here lately: they are due sooner than they thought. */
  readonly active: readonly Id[];
  readonly activePauseMs: number;
  readonly brokers: readonly string[];
}

/** Takes the leases of accounts that are due: one statement, however many there are. To be run as relay. */
export async function takeDue(tx: Tx, options: TakeOptions): Promise<readonly LeasedAccount[]> {
  const { owner, leaseMs, limit, active, activePauseMs, brokers } = options;
  const rows = await tx.query<LeasedRow & Record<string, unknown>>(TAKE, [
    ...[owner, leaseMs, limit, active, activePauseMs, brokers],
  ]);
  return rows.map((row) => ({
    accountId: row.account_id,
    teamId: row.team_id,
    broker: row.broker,
    fence: row.fence,
    vouched: row.vouched ?? false,
    differing: row.state === 'differing',
    verifiedUntil: row.verified_until ?? undefined,
    working: row.working ?? undefined,
    cashBaseline: row.baseline_set ? row.cash_baseline : undefined,
  }));
}

const FAIL = sql(
  'reconcile.fail',
  `update reconciliations
      set failure = $3, owner = null, lease_until = clock_timestamp() + $4 * interval '1 millisecond',
          state = case when vouched_until > now() then state else 'unknown' end
    where account_id = $1 and fence = $2`,
);

/** A comparison that could not be made: `due_at` stays, so that its age shows, and what vouched before runs out. */
export function failCheck(tx: Tx, { accountId, fence }: LeasedAccount, failure: string, retryMs: number): void {
  tx.execute(FAIL, [accountId, fence, failure.slice(0, 500), retryMs]);
}

const FINISH = sql(
  'reconcile.finish',
  `update reconciliations
      set state = $3, failure = null, owner = null, lease_until = null, checks = checks + 1,
          checked_at = clock_timestamp(), due_at = clock_timestamp() + $4 * interval '1 millisecond',
          vouched_until = case when $3 = 'clean' or vouched_until > now()
                               then clock_timestamp() + $5 * interval '1 millisecond' end,
          verified_until = greatest(verified_until, $6), working = $7,
          baseline_set = $8::jsonb is not null, cash_baseline = coalesce($8::jsonb, cash_baseline)
    where account_id = $1 and fence = $2
   returning account_id`,
);

/** What a comparison came to. */
export interface Conclusion {
  readonly state: 'unknown' | 'differing' | 'clean';
  readonly nextInMs: number;
  readonly vouchMs: number;
  readonly verifiedUntil: Date;
  readonly working: readonly Id[];
  readonly cashBaseline: Readonly<Record<string, string>> | undefined;
}

/** Writes it under the lease; false when that is somebody else's by now. */
export async function finishCheck(
  tx: Tx,
  { accountId, fence }: LeasedAccount,
  conclusion: Conclusion,
): Promise<boolean> {
  const { state, nextInMs, vouchMs, verifiedUntil, working, cashBaseline } = conclusion;
  const baseline = cashBaseline ? JSON.stringify(cashBaseline) : null;
  const values = [accountId, fence, state, nextInMs, vouchMs, verifiedUntil, working, baseline];
  return (await tx.query(FINISH, values)).length === 1;
}

const HASTEN = sql(
  'reconcile.hasten',
  'update reconciliations set due_at = clock_timestamp() where not exempt and ($1::uuid is null or account_id = $1) returning account_id',
);

/** Makes accounts due at once: an operator wants to know, or the day ends. To be run as relay; returns how many. */
export async function hasten(tx: Tx, accountId: Id | undefined): Promise<number> {
  return (await tx.query(HASTEN, [accountId ?? null])).length;
}

const WIDEN = sql(
  'reconcile.widen',
  `update reconciliations set verified_until = $1, working = null, due_at = clock_timestamp() where not exempt returning account_id`,
);

/**
 * The comparison at the end of a day: of every account, with all executions since then and all orders, whatever was found
 * on both sides before. To be run as relay; returns how many accounts that are.
 */
export async function compareSince(tx: Tx, since: Date): Promise<number> {
  return (await tx.query(WIDEN, [since])).length;
}

const OVERDUE = sql(
  'reconcile.overdue',
  `select coalesce(max(extract(epoch from clock_timestamp() - due_at)), 0)::float8 as seconds
     from reconciliations where not exempt and due_at < clock_timestamp()`,
);

/** For how many seconds the account that waits longest has not been compared. To be run as relay. */
export async function overdueSeconds(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ seconds: number }>(OVERDUE);
  return row!.seconds;
}
