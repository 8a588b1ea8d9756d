import type { Broker, Listener } from '@keelson/brokers';
import type { StepName } from '@keelson/contracts';
import type { Duration } from '@keelson/kernel';
import { FlowRunner, Lease, Sweeper, WakeUpWorker, type Owner, type Probe, type WakeUpQueue } from '@keelson/messaging';
import { book } from '@keelson/ledger';
import { apply, place } from '@keelson/orders';
import { Activity, noting, Reconciler } from '@keelson/oversight';
import type { Database } from '@keelson/persistence';
import { DecisionCache, makeDecide } from '@keelson/risk';
import { IvRanks, PaperQuotes, QuoteFeeder } from '@keelson/market';
import type { RedisFrameSender } from '@keelson/stream/frame-sender';
import { announce, publishStep } from '@keelson/stream/publish';
import { denyInBulk } from './denial-in-bulk.ts';
import { OversightSide } from './oversight-side.ts';
import { selfTest } from './self-test.ts';
import { makeVenues, VenueSide, type VenueSettings } from './venue-side.ts';

export interface PipelineParts {
  readonly database: Database;
  readonly owner: Owner;
  readonly wakeUps: WakeUpQueue;
  readonly frames: RedisFrameSender;
}

export interface PipelineSettings extends VenueSettings {
  readonly redisUrl: string;
  readonly paperBrokerUrl: string;
  /** Signals in flight in this process. */
  readonly concurrency: number;
  readonly liveness: boolean;
  readonly carrier: 'queue' | 'sweep';
  readonly fuse: boolean;
  /** The steps to run; all of the worker's by default. */
  readonly steps?: readonly StepName[];
  /** Whether it also sees to halts; a process that runs every step does. */
  readonly oversees?: boolean;
  /** How often the prices of the symbols in use are brought in; never when absent. */
  readonly quotesEvery?: Duration;
  readonly probe?: Probe | undefined;
  readonly observe?: (step: StepName, milliseconds: number) => void;
}

/** What a dead worker left is taken up within twice this. */
const SWEEP_EVERY_MS = 120;
const QUOTES_LEASE_MS = 5_000;
/** Connections that are opened before the first signal. */
const WARM_CONNECTIONS = 4;

/** Everything between a wake-up and a published frame, put together. */
export class Pipeline {
  readonly runner: FlowRunner;
  readonly #venueSide: VenueSide;
  readonly #parts: PipelineParts;
  readonly #settings: PipelineSettings;
  readonly #venues: readonly Broker[];
  readonly #listeners: readonly Listener[];
  readonly #reconciler: Reconciler | undefined;
  readonly #ivRanks: IvRanks;
  readonly #activity = new Activity();
  readonly #quotes: QuoteFeeder | undefined;
  readonly #oversight: OversightSide | undefined;
  readonly #sweeper: Sweeper;
  readonly #worker: WakeUpWorker | undefined;
  #running = false;

  constructor(parts: PipelineParts, settings: PipelineSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const { database, owner, wakeUps, frames } = parts;
    const { leaseMs, liveness, concurrency, onError } = settings;
    this.#venues = makeVenues(settings, database);
    this.#venueSide = new VenueSide(parts, this.#venues, settings, () => this.runner);
    const { router, canceller, replacer } = this.#venueSide;
    const told = noting(
      this.#activity,
      publishStep((team, sent) => frames.send(team, sent)),
    );
    this.#ivRanks = new IvRanks(database, onError);
    const decide = makeDecide({ decisions: new DecisionCache(database, onError), ivRanks: this.#ivRanks });
    const handlers = [decide, place, router, canceller, replacer, apply, book, told];
    this.runner = new FlowRunner({
      ...{ database, owner, fuse: settings.fuse, probe: settings.probe, observe: settings.observe },
      handlers: handlers.filter(({ step }) => this.#runs(step)),
      wake: (wakeUp) => wakeUps.send(wakeUp),
    });
    this.#sweeper = new Sweeper({
      ...{ database, owner, runner: this.runner, leaseMs, liveness, onError },
      everyMs: SWEEP_EVERY_MS,
      limit: concurrency,
      relief: this.#runs('decide') ? { step: 'decide', work: (teamId) => this.#deny(teamId) } : undefined,
    });
    this.#listeners = this.#runs('listen') ? this.#venueSide.listeners() : [];
    this.#reconciler = this.#runs('reconcile') ? this.#makeReconciler() : undefined;
    this.#quotes = settings.quotesEvery && this.#makeFeeder(settings.quotesEvery);
    if (settings.oversees ?? settings.steps === undefined) {
      this.#oversight = new OversightSide(parts, this.#venues, () => this.runner, onError);
    }
    if (settings.carrier === 'queue') {
      const run = (wakeUp: Parameters<FlowRunner['runWaiting']>[0]) => this.runner.runWaiting(wakeUp).catch(onError);
      this.#worker = new WakeUpWorker(settings.redisUrl, concurrency, run);
    }
  }

  /** True from the passed self-test to the drain. */
  get running(): boolean {
    return this.#running;
  }

  /** Opens connections, runs synthetic signals through the whole flow, then takes work. */
  async start(): Promise<void> {
    await Promise.all([
      this.#parts.owner.start(),
      this.#parts.database.warm(WARM_CONNECTIONS),
      // The first signal that needs a rank must find it here.
      this.#ivRanks.read(new Date()),
      ...this.#venues.map((venue) => venue.warm?.()),
    ]);
    if (this.#settings.steps === undefined) await selfTest(this.#parts.database, this.runner);
    // Before any work is taken: the first process of a fleet lets no account trade that is not compared again.
    await this.#reconciler?.start();
    this.#sweeper.start();
    this.#worker?.start();
    for (const listener of this.#listeners) listener.start();
    this.#quotes?.start();
    this.#oversight?.start();
    this.#running = true;
  }

  /** Takes no more work, finishes what is in flight, gives up leases. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all([
      this.#worker?.close(),
      this.#sweeper.stop(),
      this.#quotes?.stop(),
      this.#reconciler?.stop(),
      this.#oversight?.stop(),
      ...this.#listeners.map((listener) => listener.stop()),
    ]);
    await Promise.all(this.#venues.map((venue) => venue.close()));
    await this.#parts.wakeUps.close();
    this.#parts.frames.close();
    await this.#parts.owner.stop();
  }

  /** A flood that its halt has caught up with is ended in bulk: nobody else's signals wait behind it. */
  #deny(teamId: string): Promise<ReadonlySet<string>> {
    const { database, owner, frames } = this.#parts;
    return denyInBulk({ database, owner, send: (team, sent) => frames.send(team, sent) }, teamId);
  }

  #runs(step: StepName): boolean {
    return this.#settings.steps?.includes(step) ?? true;
  }

  #makeReconciler(): Reconciler {
    const { database, owner } = this.#parts;
    return new Reconciler({
      ...{ database, owner, announce, activity: this.#activity, onError: this.#settings.onError },
      brokers: new Map(this.#venues.map((venue) => [venue.name, venue])),
      emit: (teamId, signalId, messages) => this.runner.emit({ step: 'reconcile', teamId, signalId, messages }),
    });
  }

  #makeFeeder(every: Duration): QuoteFeeder {
    const { database, owner } = this.#parts;
    return new QuoteFeeder({
      ...{ database, every },
      onError: (cause) =>
        this.#settings.onError(new Error('Prices do not come in; the stored ones grow old', { cause })),
      lease: new Lease(database, owner, 'quotes:paper', QUOTES_LEASE_MS),
      source: new PaperQuotes(this.#settings.paperBrokerUrl),
    });
  }
}
