import type { Broker } from '@keelson/brokers';
import { type FlowRunner, Lease, type Owner } from '@keelson/messaging';
import { HaltKeeper, Watch } from '@keelson/oversight';
import type { Database } from '@keelson/persistence';
import { announce } from '@keelson/stream/publish';

/** How long the watch may be silent before another process begins; one whose session is gone is followed at once. */
const WATCH_LEASE_MS = 2_000;

/** What a process does for halts beside its steps: works off those that nobody drives, and pulls them when it must. */
export class OversightSide {
  readonly keeper: HaltKeeper;
  readonly #watch: Watch;

  constructor(
    { database, owner }: { readonly database: Database; readonly owner: Owner },
    venues: readonly Broker[],
    runner: () => FlowRunner,
    onError: (error: unknown) => void,
  ) {
    this.keeper = new HaltKeeper({
      ...{ database, owner, announce, onError },
      brokers: new Map(venues.map((venue) => [venue.name, venue])),
      run: (wakeUp) => runner().runWaiting(wakeUp),
    });
    this.#watch = watchOf({ database, owner }, onError, (haltId) => this.keeper.drive(haltId));
  }

  start(): void {
    this.keeper.start();
    this.#watch.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.keeper.stop(), this.#watch.stop()]);
  }
}

/** The watch for a process that may have no way to a venue: what it halts is blocked at once, and driven by the others. */
export function watchOf(
  { database, owner }: { readonly database: Database; readonly owner: Owner },
  onError: (error: unknown) => void,
  onHalt: (haltId: string) => void = () => undefined,
): Watch {
  return new Watch({
    ...{ database, owner, announce },
    lease: new Lease(database, owner, 'watch', WATCH_LEASE_MS),
    onHalt: ({ haltId }) => onHalt(haltId),
    onError: (rule, cause) => onError(new Error(`The watch cannot look at "${rule}"`, { cause })),
  });
}
