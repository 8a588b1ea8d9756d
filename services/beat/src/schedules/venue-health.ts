import { countQuarantined, openCircuits } from '@keelson/brokers';
import type { Database } from '@keelson/persistence';

/** Venues that get no new orders now. */
export async function countOpenCircuits(database: Database): Promise<number> {
  return (await database.platform((tx) => openCircuits(tx))).length;
}

/** Events of venues that contradict our books, of every team. */
export function countQuarantinedEvents(database: Database): Promise<number> {
  return database.relay(countQuarantined);
}
