import type { beat } from '@keelson/catalogue';
import { systemClock } from '@keelson/kernel';
import {
  Courier,
  Lease,
  LogChannel,
  type NotificationChannel,
  Owner,
  WakeUpQueue,
  WebhookChannel,
} from '@keelson/messaging';
import { MessagingModule } from '@keelson/messaging/module';
import { Database } from '@keelson/persistence';
import { PersistenceModule } from '@keelson/persistence/module';
import { alerts } from '@keelson/runbooks';
import { type ConfigOf, HealthChecks, LOGGER, Metrics } from '@keelson/runtime';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { BeatWatch } from './beat-watch.ts';
import { scheduled } from './scheduled-work.ts';
import { Scheduler } from './scheduler.ts';
import { alertEvaluation } from './schedules/alert-evaluation.ts';
import { contractEnds } from './schedules/contract-ends.ts';
import { decisionsAhead } from './schedules/decisions-ahead.ts';
import { exposureSweep } from './schedules/exposure-sweep.ts';
import { dailyClose } from './schedules/daily-close.ts';
import { endOfDay } from './schedules/end-of-day.ts';
import { outboxSweep } from './schedules/outbox-sweep.ts';
import { portfolioSnapshots } from './schedules/portfolio-snapshots.ts';
import { preMarketCheck } from './schedules/pre-market-check.ts';
import { receiptRetention } from './schedules/receipt-retention.ts';
import { stuckOrderCheck } from './schedules/stuck-orders.ts';
import { weekendMaintenance } from './schedules/weekend-maintenance.ts';

type BeatConfig = ConfigOf<typeof beat>;

const SCHEDULER_LEASE_MS = 3_000;

/** Who is told of alerts: the log, and a webhook where one is set. */
function channelsOf({ NOTIFICATIONS_WEBHOOK_URL: url }: BeatConfig, logger: Logger): readonly NotificationChannel[] {
  const log = new LogChannel(({ subject, body }) =>
    body['state'] === 'firing' ? logger.error(body, subject) : logger.info(body, subject),
  );
  return url === undefined ? [log] : [log, new WebhookChannel(url)];
}

/** The beat: one scheduler for the platform, however many processes run. */
@Module({})
export class BeatModule implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Scheduler) private readonly scheduler: Scheduler,
    @Inject(HealthChecks) private readonly health: HealthChecks,
  ) {}

  static register(config: BeatConfig): DynamicModule {
    return {
      module: BeatModule,
      imports: [PersistenceModule.forService(config, 'beat'), MessagingModule.register({ redisUrl: config.REDIS_URL })],
      providers: [
        {
          provide: BeatWatch,
          useFactory: (database: Database, logger: Logger) => new BeatWatch(database, logger),
          inject: [Database, LOGGER],
        },
        {
          provide: Scheduler,
          useFactory: (database: Database, wakeUps: WakeUpQueue, metrics: Metrics, logger: Logger) => {
            const owner = new Owner(database);
            const channels = channelsOf(config, logger);
            const courier = new Courier({
              ...{ database, channels },
              onGivenUp: ({ subject }, problem) => logger.error({ subject, problem }, 'Nobody could be told of it'),
            });
            return new Scheduler({
              database,
              owner,
              lease: new Lease(database, owner, 'scheduler', SCHEDULER_LEASE_MS),
              work: scheduled({
                'outbox-sweep': outboxSweep(database, wakeUps, metrics),
                'stuck-order-check': stuckOrderCheck(database, metrics),
                'alert-evaluation': alertEvaluation(
                  database,
                  alerts,
                  channels.map(({ name }) => name),
                ),
                notifications: () => courier.run(),
                'exposure-sweep': exposureSweep(database, metrics),
                'decisions-ahead': decisionsAhead(database, (error) =>
                  logger.warn({ error }, 'A decision could not be made ahead; the rules decide'),
                ),
                'portfolio-snapshots': portfolioSnapshots(database, systemClock),
                'contract-ends': contractEnds(database, systemClock),
                'receipt-retention': receiptRetention(database),
                'pre-market-check': preMarketCheck(database, systemClock, metrics, ({ failed, checks }) => {
                  if (failed > 0) logger.error({ failed, checks }, 'Not ready for the open');
                  else logger.info({ checks }, 'Ready for the open');
                }),
                'end-of-day': endOfDay(database, systemClock),
                'daily-close': dailyClose(database, systemClock),
                'weekend-maintenance': weekendMaintenance(database),
              }),
              clock: systemClock,
              onError: (schedule, error) =>
                logger.error({ schedule, error }, 'A schedule failed; it runs again at its time'),
            });
          },
          inject: [Database, WakeUpQueue, Metrics, LOGGER],
        },
      ],
    };
  }

  onModuleInit(): void {
    this.health.add({ name: 'database', check: () => this.database.ping() });
    this.health.add({
      name: 'scheduler',
      check: () => Promise.resolve({ role: this.scheduler.active ? 'active' : 'standby' }),
    });
  }
}
