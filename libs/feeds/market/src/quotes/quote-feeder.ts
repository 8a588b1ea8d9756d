import { type Duration, milliseconds } from '@keelson/kernel';
import type { Lease } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { QuoteSource } from './quote.ts';
import { saveQuotes, symbolsInUse } from './quote.store.ts';

export interface QuoteFeederParts {
  readonly database: Database;
  /** Exactly one process feeds, however many run. */
  readonly lease: Pick<Lease, 'hold' | 'release'>;
  readonly source: QuoteSource;
  /** From one look at the source to the next. */
  readonly every: Duration;
  /** Told once when the feed stops working, not at each look: how old the prices are is a metric. */
  readonly onError: (error: unknown) => void;
}

/** How many looks pass until the symbols in use are asked for again. */
const LOOKS_PER_LIST = 5;

/**
 * Brings the prices of the symbols in use from a source into Postgres: at each look one question to the source and one
 * statement, however many symbols. When the source fails, the stored prices grow old, and who reads them sees that.
 */
export class QuoteFeeder {
  readonly #parts: QuoteFeederParts;
  readonly #stopped = new AbortController();
  #symbols: readonly string[] = [];
  #looks = 0;
  #failing = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: QuoteFeederParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking = this.#look();
  }

  /** Ends the look under way and gives the lease to the next. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#parts.lease.release().catch(this.#parts.onError);
  }

  async #look(): Promise<void> {
    try {
      if (await this.#parts.lease.hold()) await this.#feed();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#stopped.signal.aborted) this.#parts.onError(error);
      this.#failing = true;
    }
    if (this.#stopped.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, milliseconds(this.#parts.every));
  }

  async #feed(): Promise<void> {
    const { database, source } = this.#parts;
    if (this.#looks % LOOKS_PER_LIST === 0) this.#symbols = await database.platform(symbolsInUse);
    this.#looks += 1;
    if (this.#symbols.length === 0) return;
    const quotes = await source.quotes(this.#symbols, this.#stopped.signal);
    if (quotes.length > 0) await database.platform(async (tx) => saveQuotes(tx, source.name, quotes));
  }
}
