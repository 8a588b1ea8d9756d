import { Queue, type QueueOptions } from 'bullmq';
import type { WakeUp } from './step.ts';

/** Queue `high` of INF-FR-009. */
export const QUEUE = 'high';
export const PREFIX = 'keelson';

/**
 * How a sender reaches Redis: it never waits for it, because the sweep delivers what it could not. What is sent in one
 * turn of the event loop leaves in one write: it halves what a wake-up costs Redis under load.
 */
export function senderOptions(redisUrl: string): QueueOptions {
  return {
    connection: {
      url: redisUrl,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      commandTimeout: 1_000,
      enableAutoPipelining: true,
    },
    prefix: PREFIX,
    skipVersionCheck: true,
    // A job leaves nothing behind and has no second attempt: what it stands for is a row in Postgres.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  };
}

/** A queue whose Redis may be away: readiness shows that, and the sweep works without it. */
export class CarrierQueue extends Queue<WakeUp> {
  constructor(...parameters: ConstructorParameters<typeof Queue<WakeUp>>) {
    super(...parameters);
    this.on('error', () => undefined);
  }

  /** Never rejects, however often it is asked. */
  override async close(): Promise<void> {
    try {
      await super.close();
    } catch {
      // Redis left: there is nobody to tell goodbye, and its return is not waited for.
      const client = await this.getBackend().client.catch(() => undefined);
      client?.disconnect();
    }
  }
}
