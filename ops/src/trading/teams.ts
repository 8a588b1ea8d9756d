import type { Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';

const EVERY_TEAM = sql('ops.every_team', 'select keelson.every_team() as team_id');

/** Ids of all teams, the oldest first as far as their ids tell; never empty on a seeded database. */
export async function everyTeam(db: Database): Promise<readonly Id[]> {
  const rows = await db.platform((tx) => tx.query<{ team_id: Id }>(EVERY_TEAM));
  return rows.map((row) => row.team_id);
}

/** The first team for which `look` finds something, with what it found. Each look runs as that team. */
export async function findInTeams<T>(
  db: Database,
  look: (teamId: Id) => Promise<T | undefined>,
): Promise<{ teamId: Id; found: T } | undefined> {
  for (const teamId of await everyTeam(db)) {
    const found = await look(teamId);
    if (found !== undefined) return { teamId, found };
  }
  return undefined;
}
