import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Facts } from './difference.ts';
import type { DriftKind } from './kinds.ts';

/** A drift, as it is settled. */
export interface OpenDrift {
  readonly driftId: Id;
  readonly accountId: Id;
  readonly broker: string;
  readonly kind: DriftKind;
  readonly subject: string;
  readonly ended: boolean;
  /** Of a position or a balance: what the venue has beyond our books; decimal text. */
  readonly difference: string | undefined;
}

const READ = sql(
  'reconcile.read_drift',
  `select drift_id, account_id, broker, kind, subject, ended_at is not null as ended, venue ->> 'difference' as difference
     from reconciliation_drifts where drift_id = $1 for update`,
);

export async function readDrift(tx: Tx, driftId: Id): Promise<OpenDrift | undefined> {
  const [row] = await tx.query<{
    drift_id: Id;
    account_id: Id;
    broker: string;
    kind: DriftKind;
    subject: string;
    ended: boolean;
    difference: string | null;
  }>(READ, [driftId]);
  if (!row) return undefined;
  const { drift_id, account_id, difference, ...rest } = row;
  return { ...rest, driftId: drift_id, accountId: account_id, difference: difference ?? undefined };
}

const ACCEPT = sql(
  'reconcile.accept_drift',
  `update reconciliation_drifts set state = $2, reason = $3, actor = $4, ended_at = clock_timestamp() where drift_id = $1`,
);

export function acceptDrift(tx: Tx, driftId: Id, by: { as: string; reason: string; actor: string }): void {
  tx.execute(ACCEPT, [driftId, by.as, by.reason, by.actor]);
}

const RETRY = sql(
  'reconcile.retry_drift',
  `update reconciliation_drifts
      set attempts = 0, treatment = case kind when 'extra_fill' then 'adopt' when 'unknown_order' then 'adopt' else 'repair' end
    where drift_id = $1`,
);

/** Lets it be mended once more. */
export function retryDrift(tx: Tx, driftId: Id): void {
  tx.execute(RETRY, [driftId]);
}

const ADD_TO_BASELINE = sql(
  'reconcile.add_to_baseline',
  `update reconciliations
      set cash_baseline = cash_baseline || jsonb_build_object(
            $2::text, (coalesce((cash_baseline ->> $2)::numeric, 0) + $3::numeric)::text),
          due_at = clock_timestamp()
    where account_id = $1 returning account_id`,
);

/** Cash of a currency is compared from so much further on. */
export async function addToBaseline(tx: Tx, accountId: Id, currency: string, difference: string): Promise<void> {
  await tx.query(ADD_TO_BASELINE, [accountId, currency, difference]);
}

const SIGNAL_OF = sql(
  'reconcile.signal_of_execution',
  `select f.signal_id, o.client_order_id from fills f join orders o on o.order_id = f.order_id
    where f.execution_id = $1 and not exists (select from fill_busts b where b.fill_id = f.fill_id)`,
);

/** Whose fill it is. Throws when our books do not have it any more. */
export async function signalOfExecution(tx: Tx, executionId: string): Promise<{ signalId: Id; clientOrderId: string }> {
  const [row] = await tx.query<{ signal_id: Id; client_order_id: string }>(SIGNAL_OF, [executionId]);
  if (!row) throw new Error(`No fill of ours has the execution id ${executionId} any more: compare the account again`);
  return { signalId: row.signal_id, clientOrderId: row.client_order_id };
}

/** An account's standing with its venue, for people. */
export interface Standing {
  readonly account_id: Id;
  readonly broker: string;
  readonly state: 'unknown' | 'differing' | 'clean';
  /** True while the account may trade as far as reconciliation is concerned. */
  readonly vouched: boolean;
  readonly checked_at: Date | null;
  readonly checks: number;
  readonly failure: string | null;
}

const STANDINGS = sql(
  'reconcile.standings',
  `select account_id, broker, state, coalesce(vouched_until > now(), false) as vouched, checked_at, checks::int as checks, failure
     from reconciliations where not exempt and ($1::uuid is null or account_id = $1) order by account_id`,
);

/** The accounts of a team. */
export function readStandings(tx: Tx, accountId: Id | undefined): Promise<Standing[]> {
  return tx.query<Standing & Record<string, unknown>>(STANDINGS, [accountId ?? null]);
}

/** A drift, for people. */
export interface DriftView {
  readonly drift_id: Id;
  readonly account_id: Id;
  readonly kind: DriftKind;
  readonly subject: string;
  readonly symbol: string | null;
  readonly ours: Facts | null;
  readonly venue: Facts | null;
  readonly treatment: string;
  readonly state: string;
  readonly attempts: number;
  readonly problem: string | null;
  readonly led_to: string | null;
  readonly found_at: Date;
  readonly ended_at: Date | null;
  readonly reason: string | null;
}

const DRIFTS = sql(
  'reconcile.list_drifts',
  `select drift_id, account_id, kind, subject, symbol, ours, venue, treatment, state, attempts, problem, led_to, found_at,
          ended_at, reason
     from reconciliation_drifts
    where ($1::uuid is null or account_id = $1) and ($2 or ended_at is null)
    order by found_at desc limit $3`,
);

/** Drifts of a team, newest first; open ones, or all of them. */
export function readDrifts(
  tx: Tx,
  { accountId, all, limit }: { accountId: Id | undefined; all: boolean; limit: number },
): Promise<DriftView[]> {
  return tx.query<DriftView & Record<string, unknown>>(DRIFTS, [accountId ?? null, all, limit]);
}

const HAS = sql('reconcile.has_drift', 'select drift_id from reconciliation_drifts where drift_id = $1');

export async function hasDrift(tx: Tx, driftId: Id): Promise<boolean> {
  return (await tx.query(HAS, [driftId])).length === 1;
}
