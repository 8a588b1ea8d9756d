import { appendFileSync, mkdirSync } from 'node:fs';
import type { Context } from '../framework/context.ts';
import { messageOf } from '../framework/failure.ts';
import { everyTeam } from '../trading/teams.ts';
import { withDatabase } from './open-database.ts';

export interface Operation {
  readonly action: string;
  readonly subject: string;
  readonly reason?: string;
  readonly details?: Record<string, unknown>;
}

/**
 * Records what an operator did in the audit log of every team, because it binds every team. With Postgres down (which
 * may be why he did it) the record goes to a file of the stack, and says so: it is never dropped.
 */
export async function recordOperation(context: Context, operation: Operation): Promise<void> {
  try {
    await withDatabase(context, async (db) => {
      const { recordAudit } = await import('@keelson/access');
      for (const teamId of await everyTeam(db)) {
        await db.transaction(teamId, async (tx) => void recordAudit(tx, { teamId, actor: context.actor, ...operation }));
      }
    });
  } catch (error) {
    const record = { at: new Date().toISOString(), actor: context.actor, ...operation };
    mkdirSync(context.folders.root, { recursive: true });
    appendFileSync(context.folders.auditFile, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    context.ui.warn(`The audit record went to ${context.folders.auditFile}, not to Postgres: ${messageOf(error)}`);
  }
}
