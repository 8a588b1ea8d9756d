import type { Job, Worker } from 'bullmq';
import type { CarrierQueue } from './carrier-queue.ts';
import type { WakeUp } from './step.ts';

/** Wake-ups that wait for Redis at most; beyond that they are dropped, for the sweep to make up for. */
const MOST_UNDERWAY = 1_000;

/** BullMQ is loaded on first use: it takes a tenth of a second, which a `keelson halt` has a better use for. */
async function queueAt(redisUrl: string): Promise<CarrierQueue> {
  const { CarrierQueue: Queue, QUEUE, senderOptions } = await import('./carrier-queue.ts');
  return new Queue(QUEUE, senderOptions(redisUrl));
}

/** Sends wake-ups over BullMQ. One that is lost costs a quarter of a second, never the signal. */
export class WakeUpQueue {
  readonly #queue: Promise<CarrierQueue>;
  #underway = 0;

  /** Takes the url of Redis, or the queue that MessagingModule made with it. */
  constructor(carrier: string | CarrierQueue) {
    this.#queue = typeof carrier === 'string' ? queueAt(carrier) : Promise.resolve(carrier);
  }

  /** Fire and forget: never throws and never waits. */
  send(wakeUp: WakeUp): void {
    if (this.#underway >= MOST_UNDERWAY) return;
    this.#underway += 1;
    const settled = () => {
      this.#underway -= 1;
    };
    const job = { jobId: `${wakeUp.outboxId}-${wakeUp.step}` };
    this.#queue.then((queue) => queue.add(wakeUp.step, wakeUp, job)).then(settled, settled);
  }

  /** Throws when Redis refuses; waits while it has never been reached. */
  async ping(): Promise<void> {
    await (await this.#queue).isPaused();
  }

  async close(): Promise<void> {
    await (await this.#queue).close();
  }
}

/**
 * How long one blocking read of an idle worker lasts. Each costs Redis eight commands, counting those inside of the script,
 * and Redis by the command (Upstash) is paid for by these. The read ends at once when a wake-up comes; should the connection
 * be dead without either side knowing, the sweep carries the signals until the next.
 */
const IDLE_READ_SECONDS = 300;
/** A job of a worker that died is nothing but rubbish, as the sweep does its work: that may lie for a while. */
const RUBBISH_EVERY_MS = 3_600_000;

export interface WakeUpWorkerOptions {
  /** Only tests ask for another: what an idle worker costs is counted over several reads. */
  readonly idleReadSeconds?: number;
}

/** Receives wake-ups. What the job does is a row in Postgres, so a job has no retries of its own. */
export class WakeUpWorker {
  readonly #worker: Promise<Worker<WakeUp>>;
  #reached = false;

  constructor(
    redisUrl: string,
    concurrency: number,
    run: (wakeUp: WakeUp) => Promise<unknown>,
    { idleReadSeconds = IDLE_READ_SECONDS }: WakeUpWorkerOptions = {},
  ) {
    this.#worker = workerAt(redisUrl, concurrency, run, idleReadSeconds).then((worker) => {
      worker.on('error', () => undefined);
      worker.once('ready', () => {
        this.#reached = true;
      });
      return worker;
    });
  }

  start(): void {
    this.#worker.then((worker) => worker.run()).catch(() => undefined);
  }

  /** Takes no more, waits for what is running. */
  async close(): Promise<void> {
    const worker = await this.#worker;
    // Before Redis was ever reached no job can be running, and the first connection would be waited for.
    await worker.close(!this.#reached).catch(() => undefined);
  }
}

async function workerAt(
  redisUrl: string,
  concurrency: number,
  run: (wakeUp: WakeUp) => Promise<unknown>,
  idleReadSeconds: number,
): Promise<Worker<WakeUp>> {
  const [bullmq, { PREFIX, QUEUE }] = await Promise.all([import('bullmq'), import('./carrier-queue.ts')]);
  return new bullmq.Worker<WakeUp>(QUEUE, async (job: Job<WakeUp>) => void (await run(job.data)), {
    // Unlike a sender's, its connection waits for Redis as long as it takes.
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    prefix: PREFIX,
    concurrency,
    skipVersionCheck: true,
    autorun: false,
    drainDelay: idleReadSeconds,
    stalledInterval: RUBBISH_EVERY_MS,
    maxStalledCount: 0,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
}
