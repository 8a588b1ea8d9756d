import type { Message, StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';
import type { WakeUp } from './step.ts';

/** Class of the advisory locks by which owners show that they live. */
export const OWNER_LOCK_CLASS = 0x4b45;

const INSERT = sqlOfRows(
  'outbox.insert',
  {
    ...{ outbox_id: 'uuid', step: 'text', team_id: 'uuid', signal_id: 'uuid' },
    ...{ type: 'text', key: 'text', payload: 'jsonb' },
  },
  (rows) => `insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload)
   select outbox_id, step, team_id, signal_id, type, key, payload from ${rows} on conflict do nothing`,
);

/** Puts a message where the step that consumes it will find it, even if this process dies now. */
export function insertMessage(tx: Tx, message: Message, step: StepName, signalId: Id): void {
  tx.executeRows(INSERT, [rowOf(message, step, signalId)]);
}

function rowOf({ id, teamId, type, key, payload }: Message, step: StepName, signalId: Id) {
  return { outbox_id: id, step, team_id: teamId, signal_id: signalId, type, key, payload: JSON.stringify(payload) };
}

// Locks in the order of ids: groups of two processes wait for each other at most one way.
const TAKE = sqlOfRows(
  'outbox.take',
  { outbox_id: 'uuid', step: 'text' },
  (rows) => `select n.at, w.type, w.key, w.payload from ${rows}
    join outbox w on w.outbox_id = n.outbox_id and w.step = n.step and (w.owner is null or w.lease_until < now())
   order by w.outbox_id
     for update of w skip locked`,
);
const TAKE_FENCED = sqlOfRows(
  'outbox.take_fenced',
  { outbox_id: 'uuid', step: 'text', fence: 'bigint' },
  (rows) => `select n.at, w.type, w.key, w.payload from ${rows}
    join outbox w on w.outbox_id = n.outbox_id and w.step = n.step and w.fence = n.fence
   order by w.outbox_id
     for update of w`,
);

interface MessageRow {
  readonly type: Message['type'];
  readonly key: string;
  readonly payload: never;
}

/**
 * Locks a waiting message for the length of the transaction. Without a fence: only when nobody holds a lease on it.
 * With one: only while that lease is still the newest. Undefined: it is done, or somebody else's.
 */
export async function takeMessage(tx: Tx, wakeUp: WakeUp, fence: string | undefined): Promise<Message | undefined> {
  const { outboxId: id, step, teamId } = wakeUp;
  const [row] =
    fence === undefined
      ? await tx.queryRow<MessageRow>(TAKE, { outbox_id: id, step })
      : await tx.queryRow<MessageRow>(TAKE_FENCED, { outbox_id: id, step, fence });
  if (!row) return undefined;
  // More types than TypeScript tries out one by one; the runner parses the payload by its type.
  return { id, teamId, type: row.type, key: row.key, payload: row.payload } as Message;
}

const DELETE = sqlOfRows(
  'outbox.delete',
  { outbox_id: 'uuid', step: 'text' },
  (rows) => `delete from outbox w using ${rows} where w.outbox_id = n.outbox_id and w.step = n.step`,
);

/** The work is done: the same commit that holds its effect removes the message. */
export function deleteMessage(tx: Tx, outboxId: Id, step: StepName): void {
  tx.executeRows(DELETE, [{ outbox_id: outboxId, step }]);
}

const CLAIM = sqlOfRows(
  'outbox.claim',
  {
    ...{ outbox_id: 'uuid', step: 'text', team_id: 'uuid', signal_id: 'uuid', type: 'text', key: 'text' },
    ...{ payload: 'jsonb', owner: 'int', lease_ms: 'float8' },
  },
  (rows) => `with claimed as (
     insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload, owner, fence, lease_until, attempts)
     select outbox_id, step, team_id, signal_id, type, key, payload, owner, nextval('fences'),
            now() + lease_ms * interval '1 millisecond', 1
       from ${rows}
     on conflict (outbox_id, step) do update
        set owner = excluded.owner, fence = excluded.fence, lease_until = excluded.lease_until, attempts = outbox.attempts + 1
     returning outbox_id, step, fence)
   select n.at, c.fence from ${rows} join claimed c on c.outbox_id = n.outbox_id and c.step = n.step`,
);

/** Takes the lease of a message that is worked on after the commit; the fence is in the answer. */
export async function claimMessage(
  tx: Tx,
  message: Message,
  claim: { step: StepName; signalId: Id; owner: number; leaseMs: number },
): Promise<string> {
  const { step, signalId, owner, leaseMs } = claim;
  const [row] = await tx.queryRow<{ fence: string }>(CLAIM, {
    ...rowOf(message, step, signalId),
    ...{ owner, lease_ms: leaseMs },
  });
  return row!.fence;
}

const POSTPONE = sql(
  'outbox.postpone',
  `update outbox set owner = $3, lease_until = now() + $4 * interval '1 millisecond', attempts = attempts + 1
    where outbox_id = $1 and step = $2 and (owner is null or owner = $3 or lease_until < now())`,
);

/** After a failure: leaves the message alone for a while. A lease that another owner holds is not touched. */
export function postponeMessage(tx: Tx, wakeUp: WakeUp, owner: number, forMs: number): void {
  tx.execute(POSTPONE, [wakeUp.outboxId, wakeUp.step, owner, forMs]);
}

const SWEEP = sql(
  'outbox.sweep',
  `with living as (
     -- Asked at most once, and only where somebody else holds something: Postgres makes a list of all locks for each asking.
     select l.objid from pg_locks l
      where l.locktype = 'advisory' and l.classid = ${OWNER_LOCK_CLASS}
        and l.database = (select oid from pg_database where datname = current_database()))
   update outbox o
      set owner = $1, fence = nextval('fences'), lease_until = now() + $2 * interval '1 millisecond'
     from (select outbox_id, step from outbox w
            where step = any($3)
              and ((owner is null and created_at < now() - $4 * interval '1 millisecond')
                or lease_until < now()
                or ($6 and owner is not null and owner <> $1 and owner::bigint::oid not in (select objid from living)))
            order by created_at
            limit $5
              for update skip locked) due
    where o.outbox_id = due.outbox_id and o.step = due.step
   returning o.outbox_id, o.step, o.team_id, o.signal_id, o.fence`,
);

export interface SweepOptions {
  readonly owner: number;
  readonly leaseMs: number;
  readonly steps: readonly StepName[];
  /** How long an unclaimed message may wait for its wake-up before the sweep takes it. */
  readonly graceMs: number;
  readonly limit: number;
  /** Also take what a dead owner holds, before its lease ends. */
  readonly liveness: boolean;
}

/** Takes leases on messages that nobody alive works on; runs as the relay, so it sees ids only. */
export async function sweepOutbox(tx: Tx, options: SweepOptions): Promise<readonly (WakeUp & { fence: string })[]> {
  const rows = await tx.query<{ outbox_id: Id; step: StepName; team_id: Id; signal_id: Id; fence: string }>(SWEEP, [
    options.owner,
    options.leaseMs,
    options.steps,
    options.graceMs,
    options.limit,
    options.liveness,
  ]);
  return rows.map((row) => ({
    outboxId: row.outbox_id,
    step: row.step,
    teamId: row.team_id,
    signalId: row.signal_id,
    fence: row.fence,
  }));
}

const DEPTH = sql(
  'outbox.depth',
  `select count(*)::int as depth,
          coalesce(extract(epoch from now() - min(created_at) filter (where step <> 'route' or owner is null)), 0)::float8
            as oldest_age_seconds
     from outbox`,
);

/**
 * How much is unfinished, and how long the oldest has waited for one of us; for the relay. A claimed order waits for its
 * venue, however long that takes: it counts to the depth, and not to the age.
 */
export async function outboxDepth(tx: Tx): Promise<{ depth: number; oldestAgeSeconds: number }> {
  const [row] = await tx.query<{ depth: number; oldest_age_seconds: number }>(DEPTH);
  return { depth: row!.depth, oldestAgeSeconds: row!.oldest_age_seconds };
}
