import type { Clock } from '@keelson/kernel';
import { snapshotTeam } from '@keelson/ledger';
import type { Database } from '@keelson/persistence';
import { everyTeam } from './end-of-day.ts';

const MINUTE_MS = 60_000;

/** Lets open trades see the last quotes, and keeps what each account is worth, at the full minute. */
export function portfolioSnapshots(database: Database, clock: Clock): () => Promise<void> {
  return async () => {
    const at = new Date(Math.floor(clock.now().getTime() / MINUTE_MS) * MINUTE_MS);
    for (const teamId of await everyTeam(database)) await snapshotTeam(database, teamId, at);
  };
}
