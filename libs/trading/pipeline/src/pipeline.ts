import { LoopbackBroker, Listener, PaperBroker, Router, type Broker } from '@keelson/brokers';
import type { StepName } from '@keelson/contracts';
import { FlowRunner, Lease, Sweeper, WakeUpWorker, type Owner, type Probe, type WakeUpQueue } from '@keelson/messaging';
import { book } from '@keelson/ledger';
import { apply, place } from '@keelson/orders';
import type { Database } from '@keelson/persistence';
import { decide } from '@keelson/risk';
import { publishStep, type RedisFrameSender } from '@keelson/stream';
import { selfTest } from './self-test.ts';

export interface PipelineParts {
  readonly database: Database;
  readonly owner: Owner;
  readonly wakeUps: WakeUpQueue;
  readonly frames: RedisFrameSender;
}

export interface PipelineSettings {
  readonly redisUrl: string;
  readonly paperBrokerUrl: string;
  /** Signals in flight in this process. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly liveness: boolean;
  readonly carrier: 'queue' | 'sweep';
  readonly fuse: boolean;
  /** The steps to run; all of the worker's by default. */
  readonly steps?: readonly StepName[];
  readonly probe?: Probe | undefined;
  readonly observe?: (step: StepName, milliseconds: number) => void;
  readonly onError: (error: unknown) => void;
}

/** What a dead worker left is taken up within twice this. */
const SWEEP_EVERY_MS = 120;
const LISTENER_LEASE_MS = 3_000;
/** Connections that are opened before the first signal. */
const WARM_CONNECTIONS = 4;

/** Everything between a wake-up and a published frame, put together. */
export class Pipeline {
  readonly runner: FlowRunner;
  readonly router: Router;
  readonly #parts: PipelineParts;
  readonly #settings: PipelineSettings;
  readonly #venues: readonly Broker[];
  readonly #listeners: readonly Listener[];
  readonly #sweeper: Sweeper;
  readonly #worker: WakeUpWorker | undefined;
  #running = false;

  constructor(parts: PipelineParts, settings: PipelineSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const { database, owner, wakeUps, frames } = parts;
    const { leaseMs, liveness, concurrency, onError } = settings;
    this.#venues = [new PaperBroker({ url: settings.paperBrokerUrl }), new LoopbackBroker()];
    this.router = this.#makeRouter();
    const handlers = [decide, place, this.router, apply, book, publishStep((team, sent) => frames.send(team, sent))];
    this.runner = new FlowRunner({
      ...{ database, owner, fuse: settings.fuse, probe: settings.probe, observe: settings.observe },
      handlers: handlers.filter(({ step }) => this.#runs(step)),
      wake: (wakeUp) => wakeUps.send(wakeUp),
    });
    this.#sweeper = new Sweeper({
      ...{ database, owner, runner: this.runner, leaseMs, liveness, onError },
      everyMs: SWEEP_EVERY_MS,
      limit: concurrency,
    });
    this.#listeners = this.#runs('listen') ? this.#makeListeners() : [];
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
    await Promise.all([this.#parts.owner.start(), this.#parts.database.warm(WARM_CONNECTIONS)]);
    if (this.#settings.steps === undefined) await selfTest(this.#parts.database, this.runner);
    this.#sweeper.start();
    this.#worker?.start();
    for (const listener of this.#listeners) listener.start();
    this.#running = true;
  }

  /** Takes no more work, finishes what is in flight, gives up leases. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all([
      this.#worker?.close(),
      this.#sweeper.stop(),
      ...this.#listeners.map((listener) => listener.stop()),
    ]);
    await Promise.all(this.#venues.map((venue) => venue.close()));
    await this.#parts.wakeUps.close();
    this.#parts.frames.close();
    await this.#parts.owner.stop();
  }

  #runs(step: StepName): boolean {
    return this.#settings.steps?.includes(step) ?? true;
  }

  #makeRouter(): Router {
    const { owner } = this.#parts;
    return new Router({
      brokers: new Map(this.#venues.map((venue) => [venue.name, venue])),
      owner: () => owner.number,
      leaseMs: this.#settings.leaseMs,
      record: (emission) => this.runner.emit(emission),
      retry: (lease) => this.runner.runWaiting(lease),
      postpone: (lease, forMs) => this.runner.postpone(lease, forMs),
    });
  }

  #makeListeners(): Listener[] {
    const { database, owner } = this.#parts;
    return this.#venues
      .filter((venue) => venue.capabilities.resumesStreams)
      .map(
        (broker) =>
          new Listener({
            ...{ broker, database, recorded: this.router.recorded, onError: this.#settings.onError },
            lease: new Lease(database, owner, `listen:${broker.name}`, LISTENER_LEASE_MS),
            emit: (emission) => this.runner.emit(emission),
          }),
      );
  }
}
