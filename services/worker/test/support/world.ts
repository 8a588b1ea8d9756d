import { RateLimiter, WebhookKeys } from '@keelson/access';
import { PaperVenue, type PaperVenueOptions } from '@keelson/brokers/testing';
import type { StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { InstrumentDirectory } from '@keelson/market';
import { Owner, WakeUpQueue } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { SignalsService } from '@keelson/signals';
import { RedisFrameSender } from '@keelson/stream';
import { RedisServer, seedTeam, testDatabase, type SeededTeam, type TestDatabase, until } from '@keelson/testkit';
import { Pipeline, type PipelineSettings } from '@keelson/pipeline';
import { audit, type Audit } from './audit.ts';
import { ALL_STEPS, COMMON, type WorkerSettings } from './pipeline-settings.ts';

export interface WorldOptions {
  readonly venue?: PaperVenueOptions;
  /** A clone on the run's Postgres when left out. */
  readonly database?: TestDatabase;
}

/** What an alert asks for; anything not said is one contract bought at 5,000. */
export interface Order {
  readonly side?: 'buy' | 'sell';
  readonly quantity?: string;
  /** The sender's clock. */
  readonly time?: Date;
  /** Further fields of the alert, as a sender writes them. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A pipeline inside the test's process, with connections of its own. */
export interface RunningPipeline {
  readonly pipeline: Pipeline;
  readonly database: Database;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** All that a signal meets: Postgres, a Redis of its own, the venue's process, one team, and the way in. */
export class World {
  readonly database: TestDatabase;
  readonly redis: RedisServer;
  readonly venue: PaperVenue;
  readonly team: SeededTeam;
  readonly #wakeUps: WakeUpQueue;
  readonly #service: SignalsService;
  readonly #pipelines = new Set<RunningPipeline>();
  #accepted = 0;

  private constructor(database: TestDatabase, redis: RedisServer, venue: PaperVenue, team: SeededTeam) {
    this.database = database;
    this.redis = redis;
    this.venue = venue;
    this.team = team;
    this.#wakeUps = new WakeUpQueue(redis.url);
    const instruments = new InstrumentDirectory(database.db);
    this.#service = new SignalsService({
      database: database.db,
      webhookKeys: new WebhookKeys(database.db),
      rateLimiter: new RateLimiter({ redisUrl: redis.url }),
      findSymbol: async (ticker) => (await instruments.find(ticker))?.symbol,
      wakeUps: this.#wakeUps,
    });
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const [database, redis, venue] = await Promise.all([
      options.database ?? testDatabase(),
      RedisServer.start(),
      // With a home the venue finds its compiled code again, and starts in half the time.
      PaperVenue.start({ env: { HOME: process.env['HOME'] ?? '' }, ...options.venue }),
    ]);
    return new World(database, redis, venue, await seedTeam(database));
  }

  /** Delivers an alert as the api does; the id of the signal that is committed then. */
  async accept(order: Order = {}): Promise<Id> {
    const { side = 'buy', quantity = '1', time, fields } = order;
    this.#accepted += 1;
    const body = {
      ...{ key: this.team.webhookKey, ticker: 'CME_MINI:ES1!', action: side, quantity, price: '5000' },
      ...{ order_id: 'test', id: `alert-${this.#accepted}`, ...(time && { time: time.toISOString() }) },
      ...fields,
    };
    const delivery = { source: 'tradingview', pathId: undefined, contentType: 'application/json' } as const;
    const deliver = () => this.#service.accept({ ...delivery, body: Buffer.from(JSON.stringify(body)) });
    // A sender that is told to try again does; the alert's id makes it one signal.
    const again = (error: unknown) => {
      if ((error as Error).name !== 'NoAnswerFromPostgres') throw error;
      return deliver();
    };
    const outcome = await deliver().catch(again).catch(again);
    if (outcome.outcome !== 'accepted') throw new Error(`The alert was not accepted: ${JSON.stringify(outcome)}`);
    return outcome.body.signal_id;
  }

  /** Starts a pipeline here. */
  async run(settings: Partial<PipelineSettings> = {}): Promise<RunningPipeline> {
    const { appUrl } = this.database;
    const database = new Database({
      url: appUrl,
      poolSize: 10,
      applicationName: 'pipeline',
      connectWithin: '20 seconds',
    });
    const errors: unknown[] = [];
    const parts = {
      database,
      owner: new Owner(database),
      wakeUps: new WakeUpQueue(this.redis.url),
      frames: new RedisFrameSender(this.redis.url),
    };
    const pipeline = new Pipeline(parts, {
      ...COMMON,
      ...{ redisUrl: this.redis.url, paperBrokerUrl: this.venue.url, fuse: true, steps: ALL_STEPS },
      onError: (error) => errors.push(error),
      ...settings,
    });
    const running: RunningPipeline = {
      ...{ pipeline, database, errors },
      stop: async () => {
        if (!this.#pipelines.delete(running)) return;
        await pipeline.stop();
        await database.close();
      },
    };
    this.#pipelines.add(running);
    await pipeline.start();
    return running;
  }

  /** Settings for a worker process on the same stores. */
  workerSettings(settings: Partial<WorkerSettings> = {}): WorkerSettings {
    const { appUrl: databaseUrl } = this.database;
    const addresses = { databaseUrl, redisUrl: this.redis.url, paperBrokerUrl: this.venue.url };
    return { ...addresses, fuse: true, steps: ALL_STEPS, ...settings };
  }

  /** What waits in the outbox: step and message type, in a fixed order. */
  async waiting(): Promise<{ step: StepName; type: string }[]> {
    return this.database.admin('select step, type from keelson.outbox order by step, type');
  }

  audit(): Promise<Audit> {
    return audit(this.database, this.venue, this.team.teamId);
  }

  /** Waits until every signal has ended and nothing waits any more, then audits. */
  async settled(withinMs?: number): Promise<Audit> {
    await until(
      async () =>
        (
          await this.database.admin<{ open: number; waiting: number }>(
            `select (select count(*)::int from keelson.signals s where not exists (
                       select from keelson.stream_events e where e.signal_id = s.signal_id and e.channel = 'orders'
                          and e.event in ('order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled'))
                    ) as open, (select count(*)::int from keelson.outbox) as waiting`,
          )
        )[0]!,
      ({ open, waiting }) => open === 0 && waiting === 0,
      withinMs,
    );
    return this.audit();
  }

  async close(): Promise<void> {
    for (const running of this.#pipelines) await running.stop();
    await this.#wakeUps.close();
    await Promise.all([this.venue.stop(), this.database.close()]);
    await this.redis.remove();
  }
}
