import type { Clock } from '@keelson/kernel';
import { keepSettlements, settleContracts } from '@keelson/ledger';
import type { Database } from '@keelson/persistence';
import { announce } from '@keelson/stream/publish';
import { everyTeam } from './end-of-day.ts';

/**
 * Books the end of what has expired, in every account that holds it. What nobody can price waits for an operator: the run
 * fails and names it, after everything else is booked.
 */
export function contractEnds(database: Database, clock: Clock): () => Promise<void> {
  return async () => {
    const now = clock.now();
    await keepSettlements(database, now);
    const unsettled: string[] = [];
    for (const teamId of await everyTeam(database)) {
      for (const { accountId, symbol, why } of await settleContracts({ database, announce }, teamId, now)) {
        unsettled.push(`${symbol} in ${accountId}: ${why}`);
      }
    }
    if (unsettled.length === 0) return;
    const fix = 'book each with: keelson ledger settle --account <id> --symbol <symbol> --price <settlement price>';
    throw new Error(`${unsettled.length} contracts have expired and did not end. ${unsettled.join(' | ')}; ${fix}`);
  };
}
