import type { OrderRequest } from '@keelson/brokers';
import { type Decimal } from '@keelson/kernel';

/** Something that the history trades: where its price begins, how far it moves, and what trading it costs. */
export interface Traded {
  readonly symbol: string;
  readonly strategy: string;
  readonly tickSize: string;
  /** Where the walk begins, in ticks. */
  readonly ticks: number;
  /** Deviation of five minutes, in ticks. */
  readonly moves: number;
  /** Units of one trade. */
  readonly units: string;
  readonly multiplier: string;
  readonly fee: (quantity: Decimal, price: Decimal) => Decimal;
  /** Chance of an entry in five minutes while flat. */
  readonly eager: number;
  /** True where positions are kept over night, until an exit order finds its price. */
  readonly swings: boolean;
}

const perUnit = (each: string) => (quantity: Decimal) => quantity.times(each).toDecimalPlaces(2);
const ofWorth = (share: string) => (quantity: Decimal, price: Decimal) =>
  quantity.times(price).times(share).toDecimalPlaces(2);

const share = (
  symbol: string,
  strategy: string,
  price: number,
  moves: number,
  units: string,
  swings = false,
): Traded => ({
  ...{ symbol, strategy, moves, units, swings, tickSize: '0.01', multiplier: '1', fee: perUnit('0.005') },
  ticks: price * 100,
  eager: swings ? 0.004 : 0.018,
});

/** Three strategies on what the demo's instruments have: shares by day, an index future by day, and coins for longer. */
export const traded: readonly Traded[] = [
  share('AAPL', 'momentum', 231, 22, '120'),
  share('NVDA', 'momentum', 178, 34, '150'),
  share('MSFT', 'mean-reversion', 462, 38, '60'),
  share('SPY', 'mean-reversion', 612, 30, '50'),
  share('AMZN', 'swing', 224, 26, '80', true),
  {
    ...{ symbol: 'MES', strategy: 'opening-range', tickSize: '0.25', ticks: 24_400, moves: 9, units: '3' },
    ...{ multiplier: '5', fee: perUnit('0.62'), eager: 0.02, swings: false },
  },
  {
    ...{ symbol: 'BTCUSD', strategy: 'swing', tickSize: '0.01', ticks: 9_400_000, moves: 14_000, units: '0.25' },
    ...{ multiplier: '1', fee: ofWorth('0.0006'), eager: 0.004, swings: true },
  },
];

/** What an order of that symbol is about; throws for what the history does not trade. */
export function tradedOf({ symbol }: Pick<OrderRequest, 'symbol'>): Traded {
  const found = traded.find((one) => one.symbol === symbol);
  if (!found) throw new Error(`The history does not trade ${symbol}`);
  return found;
}
