import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const APPROVE = sql(
  'resume.approve',
  `insert into resume_approvals (scope, halt_generation, actor, team_id, reason)
   select scope, halt_generation, $2, team_id, $3 from trading_states where scope = $1
   on conflict (scope, halt_generation, actor) do update set reason = excluded.reason, approved_at = clock_timestamp()`,
);

/** A person agrees that a scope trades again, as it stands now: after another halt the agreement means nothing. */
export function approve(tx: Tx, scope: string, actor: string, reason: string): void {
  tx.execute(APPROVE, [scope, actor, reason]);
}

const APPROVERS = sql(
  'resume.approvers',
  `select a.actor from resume_approvals a join trading_states t using (scope, halt_generation)
    where a.scope = $1 and a.approved_at > clock_timestamp() - $2 * interval '1 millisecond'
    order by a.approved_at`,
);

/** Who agreed lately enough, the earliest first. */
export async function approvers(tx: Tx, scope: string, withinMs: number): Promise<readonly string[]> {
  return (await tx.query<{ actor: string }>(APPROVERS, [scope, withinMs])).map(({ actor }) => actor);
}

const UNCLEAN = sql(
  'resume.unclean',
  `select r.account_id, r.state from reconciliations r
    where r.team_id = $1 and not r.exempt and ($2::uuid is null or r.account_id = $2)
      and (r.state = 'differing'
        or exists (select from reconciliation_drifts d where d.account_id = r.account_id and d.ended_at is null))`,
);

/** Accounts of the team whose books are known to differ from their venue's. */
export async function differingAccounts(tx: Tx, accountId: Id | undefined): Promise<readonly Id[]> {
  const rows = await tx.query<{ account_id: Id }>(UNCLEAN, [tx.teamId, accountId ?? null]);
  return rows.map((row) => row.account_id);
}
