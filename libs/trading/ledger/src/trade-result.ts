import { Decimal, rounded } from '@keelson/kernel';

/** What a round trip's result is computed from; amounts in the instrument's currency. */
export interface TradeFigures {
  readonly direction: 'long' | 'short';
  readonly entryPrice: Decimal;
  readonly quantity: Decimal;
  readonly multiplier: Decimal;
  readonly realisedProfit: Decimal;
  readonly fees: Decimal;
  readonly initialRisk: Decimal | undefined;
  readonly lowestPrice: Decimal | undefined;
  readonly highestPrice: Decimal | undefined;
  readonly openedAt: Date;
  readonly closedAt: Date | undefined;
}

/** How a round trip went. Excursions are what it was worth at worst and at best while open, as profit of all that was entered. */
export interface TradeResult {
  readonly netProfit: Decimal;
  /** Net profit in units of what was risked; undefined while it is open, and without an initial risk. */
  readonly rMultiple: Decimal | undefined;
  readonly maximumAdverseExcursion: Decimal | undefined;
  readonly maximumFavourableExcursion: Decimal | undefined;
  /** Undefined while it is open. */
  readonly durationSeconds: number | undefined;
}

/** R is said to four places: it compares trades, nothing is booked by it. */
const R_PLACES = 4;

/** The result of a round trip, net of fees; document 004 calls trades by these names. */
export function resultOf(trade: TradeFigures): TradeResult {
  const netProfit = trade.realisedProfit.minus(trade.fees);
  const [worst, best] =
    trade.direction === 'long' ? [trade.lowestPrice, trade.highestPrice] : [trade.highestPrice, trade.lowestPrice];
  const risked = trade.closedAt && trade.initialRisk?.gt(0) ? trade.initialRisk : undefined;
  return {
    netProfit,
    rMultiple: risked && netProfit.div(risked).toDecimalPlaces(R_PLACES),
    maximumAdverseExcursion: worst && Decimal.min(excursion(trade, worst), 0),
    maximumFavourableExcursion: best && Decimal.max(excursion(trade, best), 0),
    durationSeconds: trade.closedAt && Math.max(0, (trade.closedAt.getTime() - trade.openedAt.getTime()) / 1_000),
  };
}

function excursion({ direction, entryPrice, quantity, multiplier }: TradeFigures, price: Decimal): Decimal {
  const move = direction === 'long' ? price.minus(entryPrice) : entryPrice.minus(price);
  return rounded(move.times(quantity).times(multiplier));
}
