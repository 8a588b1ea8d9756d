import { DECIMAL_PATTERN, type Duration, milliseconds } from '@keelson/kernel';
import { z } from 'zod';
import type { Quote, QuoteSource } from './quote.ts';

const amount = z.string().regex(DECIMAL_PATTERN);
const quote = z.object({ symbol: z.string(), bid: amount, ask: amount, last: amount, at: z.iso.datetime() });
const quoteList = z.object({ prices: z.array(quote) });

const ANSWER_WITHIN: Duration = '2 seconds';
/** Symbols that are asked for one by one in a round; the rest waits for the next. */
const SINGLE_REQUESTS = 50;

/**
 * Prices of the simulated venue. Its list has what it has named a price of before; a symbol that is missing there is asked
 * for by itself, once, and is on the list from then on.
 */
export class PaperQuotes implements QuoteSource {
  readonly name = 'paper';
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  async quotes(symbols: readonly string[], signal: AbortSignal): Promise<readonly Quote[]> {
    const { prices } = quoteList.parse(await this.#get('/v1/prices', signal));
    const listed = new Set(prices.map(({ symbol }) => symbol));
    const missing = symbols.filter((symbol) => !listed.has(symbol)).slice(0, SINGLE_REQUESTS);
    const single = await Promise.all(
      missing.map(async (symbol) => quote.parse(await this.#get(`/v1/prices/${encodeURIComponent(symbol)}`, signal))),
    );
    const wanted = new Set(symbols);
    return [...prices, ...single]
      .filter(({ symbol }) => wanted.has(symbol))
      .map(({ at, ...amounts }) => ({ ...amounts, at: new Date(at) }));
  }

  async #get(path: string, signal: AbortSignal): Promise<unknown> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(milliseconds(ANSWER_WITHIN))]);
    const answer = await fetch(`${this.#url}${path}`, { signal: within });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`The venue answered ${answer.status} to ${path}`);
    return JSON.parse(text);
  }
}
