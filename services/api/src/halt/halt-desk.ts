import type { Broker } from '@keelson/brokers';
import { Owner } from '@keelson/messaging';
import { HaltKeeper } from '@keelson/oversight';
import { Database } from '@keelson/persistence';
import { alpacaAccess, makeVenues, Standby } from '@keelson/pipeline';
import { announce } from '@keelson/stream/publish';
import type { Logger } from 'pino';
import type { ApiConfig } from '../api.module.ts';
import { standIn } from './standby.ts';

const POOL_SIZE = 4;
const RECONNECT_MS = 1_000;

/**
 * What the api does for trading beside answering: it works off halts at once that it was asked for, also with every
 * worker dead, and stands in for workers when none of them makes progress. Without a way to the venue it can only block.
 */
export class HaltDesk {
  readonly #database: Database;
  readonly #owner: Owner;
  readonly #venues: readonly Broker[];
  readonly #keeper: HaltKeeper;
  readonly #standby: Standby;
  readonly #logger: Logger;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  private constructor(config: ApiConfig, paperBrokerUrl: string, logger: Logger) {
    const onError = (error: unknown) =>
      logger.error({ error }, 'A halt, or standing in for workers, failed; tried again');
    this.#logger = logger;
    this.#database = new Database({
      url: config.DATABASE_URL,
      directUrl: config.DATABASE_DIRECT_URL,
      poolSize: POOL_SIZE,
      applicationName: 'api-halts',
    });
    const database = this.#database;
    this.#owner = new Owner(database);
    const settings = {
      leaseMs: 0,
      liveTrading: config.LIVE_TRADING === 'on',
      paperBrokerUrl,
      alpaca: alpacaAccess(config),
      onError,
    };
    this.#venues = makeVenues(settings, database);
    this.#keeper = new HaltKeeper({
      ...{ database, owner: this.#owner, announce, onError },
      brokers: new Map(this.#venues.map((venue) => [venue.name, venue])),
      // A halt's orders are taken by the sweep of the workers, or of this process while it stands in for them.
      run: () => Promise.resolve(),
    });
    this.#standby = new Standby({
      database,
      make: () => standIn(config, paperBrokerUrl, logger),
      onChange: (standingIn) =>
        logger.warn(
          { standing_in: standingIn },
          standingIn ? 'No worker makes progress: standing in' : 'A worker is back',
        ),
      onError,
    });
  }

  /** Undefined where the configuration names no venue. */
  static of(config: ApiConfig, logger: Logger): HaltDesk | undefined {
    const { PAPER_BROKER_URL } = config;
    return PAPER_BROKER_URL === undefined ? undefined : new HaltDesk(config, PAPER_BROKER_URL, logger);
  }

  get standingIn(): boolean {
    return this.#standby.active;
  }

  /** Never throws for a Postgres that is away: the api starts without it, and looks again. */
  start(): void {
    void this.#connect();
    this.#keeper.start();
    this.#standby.start();
  }

  async #connect(): Promise<void> {
    try {
      await this.#owner.start();
    } catch (error) {
      this.#logger.warn({ error }, 'No session with Postgres for halts yet; tried again');
      if (!this.#stopped) this.#retry = setTimeout(() => void this.#connect(), RECONNECT_MS);
    }
  }

  /** Starts to work a halt off at once; somebody else finds it within half a second otherwise. */
  drive(haltId: string): void {
    this.#keeper.drive(haltId);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await Promise.all([this.#keeper.stop(), this.#standby.stop()]);
    await this.#owner.stop();
    await Promise.all(this.#venues.map((venue) => venue.close()));
    await this.#database.close();
  }
}
