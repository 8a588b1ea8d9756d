import { Queue, Worker, type Job } from 'bullmq';
import type { WakeUp } from './step.ts';

/** Queue `high` of INF-FR-009. */
const QUEUE = 'high';
const PREFIX = 'keelson';

function connection(url: string, blocking: boolean) {
  // A worker's connection waits for Redis as long as it takes; a sender must not: the sweep delivers what it could not.
  // What is sent in one turn of the event loop leaves in one write: it halves what a wake-up costs Redis under load.
  return blocking
    ? { url, maxRetriesPerRequest: null }
    : { url, maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 1_000, enableAutoPipelining: true };
}

/** Wake-ups that wait for Redis at most; beyond that they are dropped, for the sweep to make up for. */
const MOST_UNDERWAY = 1_000;

/** Sends wake-ups over BullMQ. One that is lost costs a quarter of a second, never the signal. */
export class WakeUpQueue {
  readonly #queue: Queue<WakeUp>;
  #underway = 0;

  constructor(redisUrl: string) {
    this.#queue = new Queue<WakeUp>(QUEUE, {
      connection: connection(redisUrl, false),
      prefix: PREFIX,
      skipVersionCheck: true,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    });
    // Redis may be away: its state is shown by readiness, and the sweep works without it.
    this.#queue.on('error', () => undefined);
  }

  /** Fire and forget: never throws and never waits. */
  send(wakeUp: WakeUp): void {
    if (this.#underway >= MOST_UNDERWAY) return;
    this.#underway += 1;
    const settled = () => {
      this.#underway -= 1;
    };
    this.#queue.add(wakeUp.step, wakeUp, { jobId: `${wakeUp.outboxId}-${wakeUp.step}` }).then(settled, settled);
  }

  /** Throws when Redis refuses; waits while it has never been reached. */
  async ping(): Promise<void> {
    await this.#queue.isPaused();
  }

  async close(): Promise<void> {
    await this.#queue.close().catch(() => undefined);
  }
}

/** Receives wake-ups. What the job does is a row in Postgres, so a job has no retries of its own. */
export class WakeUpWorker {
  readonly #worker: Worker<WakeUp>;

  constructor(redisUrl: string, concurrency: number, run: (wakeUp: WakeUp) => Promise<unknown>) {
    this.#worker = new Worker<WakeUp>(QUEUE, async (job: Job<WakeUp>) => void (await run(job.data)), {
      connection: connection(redisUrl, true),
      prefix: PREFIX,
      concurrency,
      skipVersionCheck: true,
      autorun: false,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on('error', () => undefined);
  }

  start(): void {
    this.#worker.run().catch(() => undefined);
  }

  /** Takes no more, waits for what is running. */
  async close(): Promise<void> {
    await this.#worker.close().catch(() => undefined);
  }
}
