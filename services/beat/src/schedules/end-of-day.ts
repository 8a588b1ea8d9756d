import { milliseconds, type Clock } from '@keelson/kernel';
import { snapshotTeam } from '@keelson/ledger';
import { compareSince } from '@keelson/oversight';
import { sql, type Database } from '@keelson/persistence';

const TEAMS = sql('end_of_day.teams', 'select every_team() as team_id');

/** The teams, in an order that is the same each time. */
export async function everyTeam(database: Database): Promise<readonly string[]> {
  const rows = await database.platform((tx) => tx.query<{ team_id: string }>(TEAMS));
  return rows.map((row) => row.team_id).sort();
}

/**
 * After the close: every account is to be compared with its venue over the whole day, at once, which the workers then do under their leases,
 * and what it is worth is noted. Doing it again changes nothing.
 */
export function endOfDay(database: Database, clock: Clock): () => Promise<void> {
  return async () => {
    const at = clock.now();
    const since = new Date(at.getTime() - milliseconds('1 day'));
    await database.relay((tx) => compareSince(tx, since));
    for (const teamId of await everyTeam(database)) await snapshotTeam(database, teamId, at);
  };
}
