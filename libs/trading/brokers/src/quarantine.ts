import { type Id, InvariantError } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { BrokerReport } from './broker.port.ts';
import { quarantineEvent } from './listen.store.ts';

/** A report that our books cannot be brought to. */
export interface Quarantined {
  readonly report: BrokerReport;
  readonly teamId: Id;
  readonly signalId: Id;
  readonly reason: string;
}

/**
 * Hands on reports of one signal, together where they can be. One that contradicts what is known (a fill after a
 * rejection, more filled than ordered) is put aside, told of, and the others are handed on: a venue that says something
 * impossible of one order must not make us deaf to all.
 *
 * @param hand hands on what it is given in one commit; false when it may not any more (a lease was lost)
 */
export async function handOrQuarantine(
  parts: { readonly database: Database; readonly onQuarantine: (quarantined: Quarantined) => void },
  { teamId, signalId }: { readonly teamId: Id; readonly signalId: Id },
  reports: readonly BrokerReport[],
  hand: (reports: readonly BrokerReport[]) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await hand(reports);
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    const [report, ...others] = reports;
    if (report === undefined) throw error;
    if (others.length > 0) {
      for (const one of reports) {
        if (!(await handOrQuarantine(parts, { teamId, signalId }, [one], hand))) return false;
      }
      return true;
    }
    const reason = error.message.slice(0, 500);
    await parts.database.transaction(teamId, async (tx) => quarantineEvent(tx, report, signalId, reason));
    parts.onQuarantine({ report, teamId, signalId, reason });
    return true;
  }
}
