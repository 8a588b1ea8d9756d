import { Decimal, decimalText } from '@keelson/kernel';
import type { Situation } from '../situation.ts';
import { limitCheck } from '../limit-check.ts';
import { shrinks } from '../size.ts';

/**
 * A price far from the market is a typing error or a market that is gone: the sender's price, and the limit of an order
 * that has one, stay within a distance of the middle of the last quote. Stops are far away on purpose; a spread is priced
 * by its legs. Without a quote nothing is opened.
 */
export const priceCollar = limitCheck({
  check: 'price_collar',
  code: 'price_collar',
  limit: 'price_collar_percent',
  spares: ({ legs }) => legs !== undefined,
  compare(situation, limit) {
    const { quote, price, terms } = situation;
    const middle = middleOf(quote);
    if (!middle?.gt(0)) return { exceeded: !shrinks(situation), numbers: { quote: 'unknown' } };
    const asked = 'limitPrice' in terms ? new Decimal(terms.limitPrice) : price;
    const distance = (one: Decimal) => one.minus(middle).abs().div(middle).times(100);
    const percent = Decimal.max(distance(asked), distance(price));
    const numbers = { price: decimalText(asked), middle: decimalText(middle) };
    return {
      exceeded: percent.gt(limit),
      numbers: { ...numbers, percent: decimalText(percent.toDecimalPlaces(4)) },
    };
  },
});

/** Between bid and ask; undefined without a quote. */
export function middleOf(quote: Situation['quote']): Decimal | undefined {
  return quote?.bid.plus(quote.ask).div(2);
}
