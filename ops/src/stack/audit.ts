import { appendFileSync, mkdirSync } from 'node:fs';
import type { Id } from '@keelson/kernel';
import type { Context } from '../framework/context.ts';
import { messageOf } from '../framework/failure.ts';
import { everyTeam } from '../trading/teams.ts';
import { withDatabase } from './open-database.ts';

export interface Operation {
  readonly action: string;
  readonly subject: string;
  readonly reason?: string;
  readonly details?: Record<string, unknown>;
  /** The team that it concerns; every team when absent. */
  readonly teamId?: Id | undefined;
}

/**
 * Records what an operator did in the audit log of the team that it concerns, or of every team. With Postgres down (which
 * may be why he did it) the record goes to a file of the stack, and says so: it is never dropped.
 */
export async function recordOperation(context: Context, { teamId: only, ...operation }: Operation): Promise<void> {
  try {
    await withDatabase(context, async (db) => {
      const { recordAudit } = await import('@keelson/access/audit');
      for (const teamId of only ? [only] : await everyTeam(db)) {
        await db.transaction(
          teamId,
          async (tx) => void recordAudit(tx, { teamId, actor: context.actor, ...operation }),
        );
      }
    });
  } catch (error) {
    const record = { at: new Date().toISOString(), actor: context.actor, ...operation };
    mkdirSync(context.folders.root, { recursive: true });
    appendFileSync(context.folders.auditFile, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    context.ui.warn(`The audit record went to ${context.folders.auditFile}, not to Postgres: ${messageOf(error)}`);
  }
}
