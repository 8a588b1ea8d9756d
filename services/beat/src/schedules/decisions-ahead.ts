import type { Database } from '@keelson/persistence';
import { decideAhead, decideByFacts } from '@keelson/risk';

/** Makes decisions ahead from what is known without a model; a deployment that has one passes its own maker here. */
export function decisionsAhead(database: Database, onError: (error: unknown) => void): () => Promise<void> {
  return async () => void (await decideAhead(database, decideByFacts, onError));
}
