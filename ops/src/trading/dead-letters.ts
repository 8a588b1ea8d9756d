import { z } from 'zod';
import type { DeadLetter } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { exitCode, Failure } from '../framework/failure.ts';
import { everyTeam } from './teams.ts';

/** A message that no attempt could handle, as commands print it: without its payload, which may hold anything. */
export const deadLetter = z.object({
  message_id: z.string(),
  team_id: z.string(),
  step: z.string(),
  type: z.string(),
  signal_id: z.string(),
  failures: z.int(),
  failed_at: z.string(),
  error: z.string(),
});
export type PrintedDeadLetter = z.infer<typeof deadLetter>;

export function printed(letter: DeadLetter): PrintedDeadLetter {
  const { outboxId, teamId, signalId, step, type, failures, error, failedAt } = letter;
  const names = { message_id: outboxId, team_id: teamId, step, type, signal_id: signalId };
  return { ...names, failures, failed_at: failedAt.toISOString(), error };
}

/** What is open of every team; "all", or one message, which must be there. */
export async function findDeadLetters(db: Database, id: string): Promise<readonly DeadLetter[]> {
  const { openDeadLetters } = await import('@keelson/messaging');
  const found: DeadLetter[] = [];
  for (const teamId of await everyTeam(db)) {
    const letters = await db.transaction(teamId, (tx) => openDeadLetters(tx, id === 'all' ? undefined : id));
    found.push(...letters);
  }
  if (id !== 'all' && found.length === 0) {
    throw new Failure(`No dead letter ${id} is open`, { code: exitCode.usage, fix: 'keelson queue list' });
  }
  return found;
}

/** How many of these are still, or again, open. */
export async function stillOpen(db: Database, ids: readonly string[]): Promise<number> {
  const wanted = new Set(ids);
  return (await findDeadLetters(db, 'all')).filter(({ outboxId }) => wanted.has(outboxId)).length;
}
