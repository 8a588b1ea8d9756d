import type { StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { FAILURES_TO_DIE, FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS } from './failure.ts';
import type { WakeUp } from './step.ts';

const FAIL = sql(
  'dead_letters.fail',
  `update outbox
      set owner = $3, attempts = attempts + 1, failures = failures + $4::int,
          lease_until = now() + least($5::float8 * power(2, failures), $6::float8) * interval '1 millisecond'
    where outbox_id = $1 and step = $2 and (owner is null or owner = $3 or lease_until < now())
   returning failures`,
);
const BURY = sql(
  'dead_letters.bury',
  `with dead as (delete from outbox where outbox_id = $1 and step = $2 returning *)
   insert into dead_letters as known (outbox_id, step, team_id, signal_id, type, key, payload, failures, error, created_at)
   select outbox_id, step, team_id, signal_id, type, key, payload, failures, $3, created_at from dead
   on conflict (outbox_id, step) do update
      set failures = known.failures + excluded.failures, error = excluded.error, failed_at = clock_timestamp(),
          resolution = null, resolved_at = null, reason = null`,
);

export interface Failing {
  readonly owner: number;
  /** Whether the error speaks against the message itself. */
  readonly counts: boolean;
  /** False for a message that may have an order at a venue behind it: it waits longer and longer, and is never given up. */
  readonly mayDie: boolean;
  readonly error: string;
}

/**
 * After a failure: leaves a message alone for a while, or puts it aside for good when it failed too often. A lease that
 * another owner holds is not touched. True when it was put aside.
 */
export async function failMessage(tx: Tx, { outboxId, step }: WakeUp, failing: Failing): Promise<boolean> {
  const [row] = await tx.query<{ failures: number }>(FAIL, [
    ...[outboxId, step, failing.owner, failing.counts ? 1 : 0],
    ...[FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS],
  ]);
  if (!row || !failing.counts || !failing.mayDie || row.failures < FAILURES_TO_DIE) return false;
  tx.execute(BURY, [outboxId, step, failing.error]);
  return true;
}

/** A message that was put aside, or one that fails and may not be. */
export interface DeadLetter {
  readonly outboxId: Id;
  readonly step: StepName;
  readonly teamId: Id;
  readonly signalId: Id;
  readonly type: string;
  readonly failures: number;
  readonly error: string;
  readonly createdAt: Date;
  readonly failedAt: Date;
  readonly payload: unknown;
}

const COLUMNS = `outbox_id as "outboxId", step, team_id as "teamId", signal_id as "signalId", type, failures, error,
                 created_at as "createdAt", failed_at as "failedAt", payload`;
const OPEN = sql(
  'dead_letters.open',
  `select ${COLUMNS} from dead_letters where resolution is null and ($1::uuid is null or outbox_id = $1) order by failed_at`,
);

/** What a team has put aside and nobody has resolved, the oldest first; of one message alone with its id. */
export async function openDeadLetters(tx: Tx, outboxId?: Id): Promise<readonly DeadLetter[]> {
  return tx.query<DeadLetter>(OPEN, [outboxId ?? null]);
}

const REPLAY = sql(
  'dead_letters.replay',
  `with letter as (
     update dead_letters set resolution = 'replayed', resolved_at = clock_timestamp(), reason = $2
      where resolution is null and outbox_id = $1 returning *),
   message as (
     insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload)
     select outbox_id, step, team_id, signal_id, type, key, payload from letter on conflict do nothing)
   select outbox_id as "outboxId", step, team_id as "teamId", signal_id as "signalId" from letter`,
);

/** Puts a message back where its step finds it, with all attempts before it again. Returns what is to be woken. */
export async function replayDeadLetter(tx: Tx, outboxId: Id, reason: string): Promise<readonly WakeUp[]> {
  return tx.query<WakeUp>(REPLAY, [outboxId, reason]);
}

const SETTLE = sql(
  'dead_letters.settle',
  `update dead_letters set resolution = 'settled', resolved_at = clock_timestamp(), reason = $2
    where resolution is null and outbox_id = $1 returning outbox_id`,
);

/** Notes that a message was dealt with by other means; it is kept, and never handled. Returns how many there were. */
export async function settleDeadLetter(tx: Tx, outboxId: Id, reason: string): Promise<number> {
  return (await tx.query(SETTLE, [outboxId, reason])).length;
}

const COUNT = sql(
  'dead_letters.count',
  `select (select count(*) from dead_letters where resolution is null)::int
          + (select count(*) from outbox where failures >= ${FAILURES_TO_DIE})::int as count`,
);

/** Messages that no attempt could handle, of every team, also those that are never given up; for the relay. */
export async function countDeadLetters(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>(COUNT);
  return row!.count;
}
