import { type Id, newId } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

/** Who did what to what, and why. */
export interface AuditEntry {
  readonly teamId: Id;
  /** A user id, or the name of a command or service. */
  readonly actor: string;
  /** What was done, e.g. `trading.halt`. */
  readonly action: string;
  /** What it was done to, e.g. an account id. */
  readonly subject: string;
  readonly reason?: string | undefined;
  /** Facts for whoever reads it later; no secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const INSERT = sql(
  'access.record_audit',
  `insert into keelson.audit_events (audit_id, team_id, actor, action, subject, reason, details)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Records an action in the transaction that performs it: neither exists without the other. Returns the entry's id. */
export function recordAudit(tx: Tx, entry: AuditEntry): Id {
  const auditId = newId();
  const { teamId, actor, action, subject, reason, details } = entry;
  tx.execute(INSERT, [auditId, teamId, actor, action, subject, reason ?? null, JSON.stringify(details ?? {})]);
  return auditId;
}
