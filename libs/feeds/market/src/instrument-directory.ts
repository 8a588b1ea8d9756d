import type { Database } from '@keelson/persistence';
import type { Instrument } from './instrument.ts';
import { resolveTicker } from './market.store.ts';

/** How long a found instrument is believed. Instruments change by a migration or an operator, never under a signal. */
const BELIEVED_FOR_MS = 60_000;
/** Senders use few names; beyond this the directory forgets everything and starts again, so that it cannot grow. */
const MAXIMUM_ENTRIES = 10_000;

interface Entry {
  readonly instrument: Instrument;
  readonly until: number;
}

/**
 * Instruments by ticker, remembered for a minute, so that a webhook costs no extra round trip. A name that is not found
 * is asked for again each time: a new alias works at once.
 */
export class InstrumentDirectory {
  readonly #database: Database;
  readonly #known = new Map<string, Entry>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The instrument when it is remembered, without leaving the process; undefined says nothing about its existence. */
  remembered(ticker: string): Instrument | undefined {
    const entry = this.#known.get(ticker);
    return entry !== undefined && entry.until > Date.now() ? entry.instrument : undefined;
  }

  /** The instrument, from memory or Postgres; undefined when no instrument has that name. */
  async find(ticker: string): Promise<Instrument | undefined> {
    const remembered = this.remembered(ticker);
    if (remembered) return remembered;
    const instrument = await this.#database.platform((tx) => resolveTicker(tx, ticker));
    if (instrument) {
      if (this.#known.size >= MAXIMUM_ENTRIES) this.#known.clear();
      // A front month is believed to its roll and no longer.
      const rolls = instrument.rollsAt?.getTime() ?? Infinity;
      this.#known.set(ticker, { instrument, until: Math.min(Date.now() + BELIEVED_FOR_MS, rolls) });
    }
    return instrument;
  }
}
