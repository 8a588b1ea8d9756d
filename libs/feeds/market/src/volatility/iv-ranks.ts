import { type Decimal, type Duration, milliseconds } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { parseOptionSymbol } from '../tickers/option-symbol.ts';
import { ivRankOf, type VolatilityYear } from './iv-rank.ts';
import { readVolatilityYears } from './volatility.store.ts';

/** The data has one value a day: it is read again for what was loaded meanwhile. */
const READ_AGAIN_AFTER: Duration = '1 minute';

/**
 * Ranks of implied volatility in this process. A question is a look into memory and never waits: what was read a while ago
 * is read again behind its back. What cannot be read grows old, and is no rank any more then.
 */
export class IvRanks {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  #years: ReadonlyMap<string, VolatilityYear> = new Map();
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** The rank of a symbol, or of what an option is on, 0 to 100; undefined where nobody knows it. */
  ivRankOf(symbol: string, now: Date): Decimal | undefined {
    if (performance.now() - this.#readAt >= milliseconds(READ_AGAIN_AFTER)) void this.read(now);
    const year = this.#years.get(parseOptionSymbol(symbol)?.underlying ?? symbol);
    return year && ivRankOf(year, now);
  }

  /** Reads what is stored now, once at a time. */
  read(now: Date): Promise<void> {
    this.#reading ??= this.#database
      .platform((tx) => readVolatilityYears(tx, now))
      .then((years) => {
        this.#years = new Map(years.map((year) => [year.symbol, year]));
      })
      .catch(this.#onError)
      .finally(() => {
        this.#readAt = performance.now();
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
