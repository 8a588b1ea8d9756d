import type { Clock, Id } from '@keelson/kernel';
import { closeDay } from '@keelson/ledger';
import { lastSession } from '@keelson/market';
import { sql, type Database } from '@keelson/persistence';
import { everyTeam } from './end-of-day.ts';

const ACCOUNTS = sql('daily_close.accounts', 'select account_id from accounts where team_id = $1 order by account_id');

/**
 * Closes the account day that ended last, of every account. One that is refused stops no other: all are tried, then the
 * run fails with the reasons, is tried again, and the check before the next open tells of it.
 */
export function dailyClose(database: Database, clock: Clock): () => Promise<void> {
  return async () => {
    const now = clock.now();
    const day = lastSession('FX', now)?.day;
    if (day === undefined) throw new Error('The calendar of account days does not reach to now');
    const refused: string[] = [];
    for (const teamId of await everyTeam(database)) {
      const accounts = await database.transaction(teamId, (tx) => tx.query<{ account_id: Id }>(ACCOUNTS, [teamId]));
      for (const { account_id: accountId } of accounts) {
        const closed = await closeDay(database, { teamId, accountId, day, now });
        if (closed.outcome === 'refused') refused.push(`${accountId}: ${closed.reasons.join('; ')}`);
      }
    }
    if (refused.length > 0) throw new Error(`${day} stays open for ${refused.length} accounts. ${refused.join(' | ')}`);
  };
}
