import type { worker } from '@keelson/catalogue';
import { Owner, WakeUpQueue } from '@keelson/messaging';
import { MessagingModule } from '@keelson/messaging/module';
import { Database } from '@keelson/persistence';
import { PersistenceModule } from '@keelson/persistence/module';
import { Pipeline, probeFrom } from '@keelson/pipeline';
import { type ConfigOf, HealthChecks, LOGGER, Metrics, NotReady } from '@keelson/runtime';
import { RedisFrameSender } from '@keelson/stream/frame-sender';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { venueSettings } from './venue-settings.ts';

export type WorkerConfig = ConfigOf<typeof worker>;

/** The worker: the steps of the flow, and what wakes them. */
@Module({})
export class WorkerModule implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(RedisFrameSender) private readonly frames: RedisFrameSender,
    @Inject(HealthChecks) private readonly health: HealthChecks,
  ) {}

  static register(config: WorkerConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PersistenceModule.forService(config, 'worker', { connectWithin: '20 seconds' }),
        MessagingModule.register({ redisUrl: config.REDIS_URL }),
      ],
      providers: [
        { provide: Owner, useFactory: (database: Database) => new Owner(database, 'worker'), inject: [Database] },
        { provide: RedisFrameSender, useFactory: () => new RedisFrameSender(config.REDIS_URL) },
        {
          provide: Pipeline,
          useFactory: (
            database: Database,
            owner: Owner,
            wakeUps: WakeUpQueue,
            frames: RedisFrameSender,
            logger: Logger,
            metrics: Metrics,
          ) =>
            new Pipeline(
              { database, owner, wakeUps, frames },
              {
                redisUrl: config.REDIS_URL,
                paperBrokerUrl: config.PAPER_BROKER_URL,
                concurrency: config.WORKER_CONCURRENCY,
                leaseMs: config.WORKER_LEASE_MS,
                liveness: config.WORKER_LIVENESS === 'on',
                carrier: config.WORKER_CARRIER,
                fuse: config.WORKER_FUSE === 'on',
                quotesEvery: '1 second',
                probe: probeFrom(config.WORKER_STEP_DELAY),
                ...venueSettings(config, logger, metrics),
                observe: (step, ms) => metrics.observe('keelson_step_duration_seconds', { step }, ms / 1_000),
                onError: (error) => logger.error({ error }, 'A step failed; its message waits for another attempt'),
              },
            ),
          inject: [Database, Owner, WakeUpQueue, RedisFrameSender, LOGGER, Metrics],
        },
      ],
    };
  }

  onModuleInit(): void {
    this.health.add({ name: 'database', check: () => this.database.ping() });
    this.health.add({
      name: 'pipeline',
      check: async () => {
        if (!this.pipeline.running) throw new NotReady('The self-test has not passed yet');
      },
    });
    // Without Redis the sweep carries the signals, a quarter of a second later: worth telling, no reason to be replaced.
    this.health.add({
      name: 'redis',
      check: async () => ({
        wakes_from: await this.frames.ping().then(
          () => 'queue',
          () => 'sweep',
        ),
      }),
    });
  }
}
