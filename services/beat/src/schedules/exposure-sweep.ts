import type { Database } from '@keelson/persistence';
import { exposureDrifts } from '@keelson/risk';
import type { Metrics } from '@keelson/runtime';

/** Scopes of any account whose reserved exposure is not the sum of what is open. */
export async function countExposureDrifts(database: Database): Promise<number> {
  return (await database.platform((tx) => exposureDrifts(tx))).length;
}

export function exposureSweep(database: Database, metrics: Metrics): () => Promise<void> {
  return async () => metrics.set('keelson_exposure_drifts', {}, await countExposureDrifts(database));
}
