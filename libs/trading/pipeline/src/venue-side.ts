import {
  BREAKER,
  type BreakerSettings,
  type Broker,
  Canceller,
  CircuitBreaker,
  type CircuitChange,
  Listener,
  LoopbackBroker,
  PaperBroker,
  type Quarantined,
  QueryGate,
  RecordedEvents,
  Replacer,
  Router,
  type VenueStepParts,
} from '@keelson/brokers';
import { type FlowRunner, Lease, type Owner } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { type AlpacaAccess, makeAlpaca } from './alpaca.ts';

/** What happened between us and a venue that somebody should be able to read later. */
export type VenueNews =
  | { readonly kind: 'unknown'; readonly broker: string; readonly clientOrderId: string; readonly reason: string }
  | ({ readonly kind: 'quarantined' } & Quarantined)
  | ({ readonly kind: 'circuit' } & CircuitChange);

export interface VenueSettings {
  readonly leaseMs: number;
  /** The environment's switch for venues that trade real money; off when left out. The account's mode is the other. */
  readonly liveTrading?: boolean;
  readonly breaker?: BreakerSettings;
  /** The Alpaca account of this process; none when absent. */
  readonly alpaca?: AlpacaAccess | undefined;
  readonly onVenueNews?: (news: VenueNews) => void;
  readonly onError: (error: unknown) => void;
}

const LISTENER_LEASE_MS = 3_000;

/** Every venue that this process has a way to. */
export function makeVenues(
  { paperBrokerUrl, liveTrading = false, alpaca }: VenueSettings & { readonly paperBrokerUrl: string },
  database: Database,
): readonly Broker[] {
  const venues: Broker[] = [new PaperBroker({ url: paperBrokerUrl }), new LoopbackBroker()];
  if (alpaca !== undefined) venues.push(makeAlpaca(alpaca, liveTrading, database));
  return permitted(venues, liveTrading);
}

/** A venue that trades real money is not even put together where the environment's switch is off. */
export function permitted(venues: readonly Broker[], liveTrading: boolean): readonly Broker[] {
  const live = venues.filter(({ capabilities }) => capabilities.live).map(({ name }) => name);
  if (live.length > 0 && !liveTrading) {
    throw new Error(`${live.join(', ')} trades real money: set LIVE_TRADING=on in this environment, or take it out`);
  }
  return venues;
}

/** The steps that call a venue, and the listeners to their streams. */
export class VenueSide {
  readonly router: Router;
  readonly replacer: Replacer;
  readonly canceller: Canceller;
  readonly #parts: VenueStepParts;
  readonly #owner: Owner;
  readonly #runner: () => FlowRunner;
  readonly #onError: (error: unknown) => void;

  /** @param runner given later, since the runner is made of these steps */
  constructor(
    { database, owner }: { readonly database: Database; readonly owner: Owner },
    venues: readonly Broker[],
    settings: VenueSettings,
    runner: () => FlowRunner,
  ) {
    const { leaseMs, liveTrading = false, breaker = BREAKER, onVenueNews: tell = () => undefined } = settings;
    this.#owner = owner;
    this.#runner = runner;
    this.#onError = settings.onError;
    this.#parts = {
      ...{ database, liveTrading, leaseMs },
      brokers: new Map(venues.map((venue) => [venue.name, venue])),
      breaker: new CircuitBreaker(database, breaker, (change) => tell({ kind: 'circuit', ...change })),
      queries: new QueryGate(),
      recorded: new RecordedEvents(),
      owner: () => owner.number,
      record: (emission) => runner().emit(emission),
      retry: (lease) => runner().runWaiting(lease),
      postpone: (lease, forMs) => runner().postpone(lease, forMs),
      onQuarantine: (quarantined) => tell({ kind: 'quarantined', ...quarantined }),
      onUnknown: (order) => tell({ kind: 'unknown', ...order }),
    };
    this.router = new Router(this.#parts);
    this.replacer = new Replacer(this.#parts);
    this.canceller = new Canceller(this.#parts);
  }

  /** One for each venue whose stream can be resumed; exactly one process holds the lease of each. */
  listeners(): readonly Listener[] {
    const { brokers, database, recorded, onQuarantine } = this.#parts;
    return [...brokers.values()]
      .filter(({ capabilities }) => capabilities.resumesStreams)
      .map(
        (broker) =>
          new Listener({
            ...{ broker, database, recorded, onQuarantine, onError: this.#onError },
            lease: new Lease(database, this.#owner, `listen:${broker.name}`, LISTENER_LEASE_MS),
            emit: (emission) => this.#runner().emit(emission),
          }),
      );
  }
}
