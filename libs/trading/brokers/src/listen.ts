import type { Message } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { HeldLease, Lease } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { Broker, BrokerReport } from './broker.port.ts';
import { BrokerError } from './errors.ts';
import type { InFlight } from './in-flight.ts';
import { unrecordedEvents } from './route.store.ts';
import { messageOf } from './route.ts';

export interface ListenerParts {
  readonly broker: Broker;
  readonly database: Database;
  /** Exactly one process listens to a venue. */
  readonly lease: Lease;
  readonly inFlight: InFlight;
  /** Hands what the venue said to apply. */
  readonly emit: (emission: {
    step: 'listen';
    teamId: Id;
    signalId: Id;
    messages: readonly Message[];
  }) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** How often the lease is renewed, and a place without a listener is looked for. */
const RENEW_MS = 250;
/** An event of an order that another process is sending waits this long: its answer brings the same event. */
const FOREIGN_GRACE_MS = 15;
const CURSOR_MS = 1_000;

interface Heard {
  readonly report: BrokerReport;
  readonly cursor: string;
}

/**
 * Step listen: hears a venue's stream and hands on what no answer brought: later fills, cancels, what a dead process
 * had asked for. Holds a lease per venue; goes on after the cursor of the last holder. Hearing an event twice is harmless.
 */
export class Listener {
  readonly #parts: ListenerParts;
  #timer: NodeJS.Timeout | undefined;
  #stream: AbortController | undefined;
  #streaming: Promise<void> = Promise.resolve();
  #stopped = false;
  #batch: Heard[] = [];
  #flush: Promise<void> | undefined;
  #handled: string | undefined;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  /** Asks for the lease again and again, and listens while it is held. */
  start(): void {
    if (this.#stopped) return;
    this.#renew()
      .catch((error: unknown) => {
        this.#stream?.abort();
        this.#parts.onError(error);
      })
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), RENEW_MS);
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stream?.abort();
    await this.#streaming;
    await this.#parts.lease.release().catch(this.#parts.onError);
  }

  async #renew(): Promise<void> {
    const held = await this.#parts.lease.hold();
    if (!held) {
      this.#stream?.abort();
      return;
    }
    if (!this.#stream) this.#listen(held);
  }

  #listen(held: HeldLease): void {
    const stream = new AbortController();
    this.#stream = stream;
    this.#handled = held.cursor;
    const cursors = setInterval(() => void this.#saveCursor(held).catch(this.#parts.onError), CURSOR_MS);
    this.#streaming = this.#parts.broker
      .stream(held.cursor, (report, cursor) => this.#hear({ report, cursor }), stream.signal)
      .catch((error: unknown) => this.#streamFailed(held, error))
      .finally(() => {
        clearInterval(cursors);
        this.#stream = undefined;
        this.#batch = [];
      });
  }

  /** A venue that lost its log knows our cursor no more: it is heard from its beginning, which repeats nothing here. */
  async #streamFailed({ fence }: HeldLease, error: unknown): Promise<void> {
    this.#parts.onError(error);
    if (error instanceof BrokerError && error.code === 'cursor_lost') {
      this.#handled = undefined;
      await this.#parts.lease.saveCursor(fence, null).catch(this.#parts.onError);
    }
  }

  async #saveCursor({ fence }: HeldLease): Promise<void> {
    if (this.#handled === undefined) return;
    if (!(await this.#parts.lease.saveCursor(fence, this.#handled))) this.#stream?.abort();
  }

  /** Gathers what comes close together; one look into Postgres then tells what of it is news. */
  async #hear(heard: Heard): Promise<void> {
    this.#batch.push(heard);
    this.#flush ??= this.#flushSoon();
    // Back-pressure: a venue that says more than is worked off is not read any faster.
    if (this.#batch.length > 1_000) await this.#flush;
  }

  async #flushSoon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, FOREIGN_GRACE_MS));
    const batch = this.#batch;
    this.#batch = [];
    this.#flush = undefined;
    try {
      await this.#hand(batch);
      this.#handled = batch.at(-1)?.cursor ?? this.#handled;
    } catch (error) {
      // Nothing is lost: the stream is heard again from the last cursor that was handled.
      this.#stream?.abort();
      this.#parts.onError(error);
    }
  }

  async #hand(batch: readonly Heard[]): Promise<void> {
    const { broker, database, inFlight, emit } = this.#parts;
    const calls = batch.map(({ report }) => inFlight.call(report.payload.clientOrderId));
    await Promise.all(calls.filter((call) => call !== undefined));
    const unknown = batch
      .map(({ report }) => report)
      .filter(({ payload }) => !inFlight.hasRecorded(payload.venueEventId));
    if (unknown.length === 0) return;
    const news = await database.platform((tx) =>
      unrecordedEvents(
        tx,
        broker.name,
        unknown.map(({ payload }) => payload),
      ),
    );
    const reports = new Map(unknown.map((report) => [report.payload.venueEventId, report]));
    const bySignal = Map.groupBy(news, ({ signalId }) => signalId);
    await Promise.all(
      [...bySignal.values()].map((events) => {
        const { teamId, signalId } = events[0]!;
        const messages = events
          .map(({ venueEventId }) => reports.get(venueEventId)!)
          .sort((a, b) => unknown.indexOf(a) - unknown.indexOf(b))
          .map((report) => messageOf(teamId, report));
        return emit({ step: 'listen', teamId, signalId, messages });
      }),
    );
  }
}
