import type { Id } from '@keelson/kernel';
import type { Owner } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { denyWaiting } from '@keelson/risk';
import { type FrameSender, publishTogether } from '@keelson/stream/publish';

export interface DenialParts {
  readonly database: Database;
  readonly owner: Owner;
  readonly send: FrameSender;
}

/**
 * In one transaction: so many that a commit costs next to nothing, and so few that telling them holds up this process'
 * other signals by no more than a few milliseconds.
 */
const TOGETHER = 100;
/** Transactions in a row; then the sweep looks at what else is due. */
const MOST_IN_A_ROW = 24;

/**
 * Ends what waits for decide under a halt, many signals in one commit, with one verdict and one event each. Returns the
 * ids of the messages that it ended.
 */
export async function denyInBulk({ database, owner, send }: DenialParts, teamId: Id): Promise<ReadonlySet<Id>> {
  const ended = new Set<Id>();
  for (let turn = 0; turn < MOST_IN_A_ROW; turn += 1) {
    const { denials, frames } = await database.transaction(teamId, async (tx) => {
      const denied = await denyWaiting(tx, teamId, owner.number, TOGETHER);
      const told = denied.map(({ message, receivedAt, decidedAt }) => ({
        message,
        history: { receivedAt, decidedAt, submittedAt: undefined },
      }));
      return { denials: denied, frames: await publishTogether(tx, told) };
    });
    if (frames.length > 0) send(teamId, frames);
    for (const { outboxId } of denials) ended.add(outboxId);
    if (denials.length < TOGETHER) break;
  }
  return ended;
}
