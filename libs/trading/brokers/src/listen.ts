import type { Message } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { HeldLease, Lease } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { Broker, BrokerReport } from './broker.port.ts';
import { BrokerError } from './errors.ts';
import type { RecordedEvents } from './recorded-events.ts';
import { unrecordedEvents, type UnrecordedEvent } from './listen.store.ts';
import { handOrQuarantine, type Quarantined } from './quarantine.ts';
import { messageOf } from './venue-step.ts';

export interface ListenerParts {
  readonly broker: Broker;
  readonly database: Database;
  /** Exactly one process listens to a venue. */
  readonly lease: Lease;
  /** What answers to this process brought already. */
  readonly recorded: RecordedEvents;
  /** Hands what the venue said to apply. */
  readonly emit: (emission: {
    step: 'listen';
    teamId: Id;
    signalId: Id;
    messages: readonly Message[];
  }) => Promise<boolean>;
  /** Something that the venue said contradicts our books, and was put aside. */
  readonly onQuarantine: (quarantined: Quarantined) => void;
  readonly onError: (error: unknown) => void;
}

/** How often the lease is renewed, and a place without a listener is looked for. */
const RENEW_MS = 250;
const CURSOR_MS = 1_000;
/** Events that come within this time share one look into Postgres. */
const GATHER_MS = 10;
/** An event that somebody's answer is about to bring is left to it for this long. */
const IN_HAND_PATIENCE_MS = 1_000;
const MOST_GATHERED = 1_000;
const MOST_BATCHES = 50;

/** Events that are worked on together, and where the stream stood behind them. */
interface Batch {
  readonly cursor: string;
  done: boolean;
}

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
  #gathering: Heard[] = [];
  #batches: Batch[] = [];
  #flush: Promise<void> | undefined;
  #handled: string | undefined;
  /** The cursor as the lease has it. */
  #saved: string | undefined;

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
    this.#handled = this.#saved = held.cursor;
    const cursors = setInterval(() => void this.#saveCursor(held).catch(this.#parts.onError), CURSOR_MS);
    this.#streaming = this.#parts.broker
      .stream(held.cursor, (report, cursor) => this.#hear({ report, cursor }), stream.signal)
      .catch((error: unknown) => this.#streamFailed(held, error))
      .finally(() => {
        clearInterval(cursors);
        this.#stream = undefined;
        this.#gathering = [];
        this.#batches = [];
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
    const handled = this.#handled;
    if (handled === undefined || handled === this.#saved) return;
    if (await this.#parts.lease.saveCursor(fence, handled)) this.#saved = handled;
    else this.#stream?.abort();
  }

  /** Gathers what comes close together; one look into Postgres then tells what of it is news. */
  async #hear(heard: Heard): Promise<void> {
    this.#gathering.push(heard);
    this.#flush ??= this.#flushSoon();
    // Back-pressure: a venue that says more than is worked off is not read any faster.
    if (this.#gathering.length > MOST_GATHERED || this.#batches.length > MOST_BATCHES) await this.#flush;
  }

  async #flushSoon(): Promise<void> {
    await pause(GATHER_MS);
    const last = this.#gathering.at(-1);
    // The stream has ended meanwhile: what it said last is heard again.
    if (!last) {
      this.#flush = undefined;
      return;
    }
    const batch: Batch = { cursor: last.cursor, done: false };
    const reports = this.#gathering.map(({ report }) => report);
    this.#gathering = [];
    this.#flush = undefined;
    this.#batches.push(batch);
    try {
      await this.#hand(reports);
      batch.done = true;
      // The cursor only passes what is handled, with all that came before it.
      while (this.#batches[0]?.done) this.#handled = this.#batches.shift()!.cursor;
    } catch (error) {
      // Nothing is lost: the stream is heard again from the last cursor that was handled.
      this.#stream?.abort();
      this.#parts.onError(error);
    }
  }

  /** Hands on what is news. What somebody's answer is about to bring is left to that answer, for a while. */
  async #hand(reports: readonly BrokerReport[]): Promise<void> {
    const { broker, database, recorded } = this.#parts;
    const patience = Date.now() + IN_HAND_PATIENCE_MS;
    let open = reports.filter(({ payload }) => !recorded.has(payload.venueEventId));
    while (open.length > 0) {
      const asked = open;
      const news = await database.platform((tx) =>
        unrecordedEvents(
          tx,
          broker.name,
          asked.map(({ payload }) => payload),
        ),
      );
      const waiting = new Set(
        news.filter(({ inHand }) => inHand && Date.now() < patience).map(({ venueEventId }) => venueEventId),
      );
      await this.#emit(
        asked,
        news.filter(({ venueEventId }) => !waiting.has(venueEventId)),
      );
      open = asked.filter(({ payload }) => waiting.has(payload.venueEventId));
      if (open.length > 0) await pause(GATHER_MS);
    }
  }

  async #emit(reports: readonly BrokerReport[], news: readonly UnrecordedEvent[]): Promise<void> {
    const bySignal = Map.groupBy(news, ({ signalId }) => signalId);
    await Promise.all(
      [...bySignal].map(([signalId, events]) => {
        const ids = new Set(events.map(({ venueEventId }) => venueEventId));
        const { teamId } = events[0]!;
        const said = reports.filter(({ payload }) => ids.has(payload.venueEventId));
        return handOrQuarantine(this.#parts, { teamId, signalId }, said, (part) => {
          const messages = part.map((report) => messageOf(teamId, report));
          return this.#parts.emit({ step: 'listen', teamId, signalId, messages });
        });
      }),
    );
  }
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
