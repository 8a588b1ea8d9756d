/** One limit of an account, or of a strategy or symbol on it. Values are decimal text; null means unlimited, in so many words. */
export interface LimitSpec {
  readonly name: string;
  readonly unit: string;
  readonly meaning: string;
  /** What a new account should start with. Null where only its owner can know. */
  readonly recommended: string | null;
}

/** Every limit that risk looks at. An account without a row for one of them trades nothing. */
export const limits = [
  {
    name: 'max_notional',
    unit: 'currency',
    meaning: 'worth of one order, multiplier included',
    recommended: null,
  },
  {
    name: 'max_position',
    unit: 'units',
    meaning: 'units or contracts of one symbol, long or short, with what open orders may still add',
    recommended: null,
  },
  {
    name: 'max_open_positions',
    unit: 'symbols',
    meaning: 'symbols that are held at the same time',
    recommended: '20',
  },
  {
    name: 'max_exposure',
    unit: 'currency',
    meaning: 'cost of what is held, and worth of what is approved and open; counted for each scope that has a row',
    recommended: null,
  },
  {
    name: 'max_concentration_percent',
    unit: '% of equity',
    meaning: 'worth of one symbol with this order',
    recommended: '25',
  },
  {
    name: 'max_trade_risk_percent',
    unit: '% of equity',
    meaning: 'what one trade may lose: entry to stop, the whole worth without a stop, the maximum loss of a spread',
    recommended: '2',
  },
  {
    name: 'min_buying_power',
    unit: 'currency',
    meaning: 'what must be left of the buying power after this order and all that is reserved',
    recommended: '0',
  },
  {
    name: 'max_daily_loss_percent',
    unit: '% of equity',
    meaning: 'realised loss of the trading day, fees included; reached, nothing is opened any more',
    recommended: '3',
  },
  {
    name: 'max_consecutive_losses',
    unit: 'trades',
    meaning: 'closed trades of a strategy without a profit between them; reached, the strategy is halted',
    recommended: '3',
  },
  {
    name: 'max_orders_per_second',
    unit: 'orders',
    meaning: 'approved signals of a strategy within any second',
    recommended: '10',
  },
  {
    name: 'max_orders_per_minute',
    unit: 'orders',
    meaning: 'approved signals of a strategy within any minute',
    recommended: '100',
  },
  {
    name: 'max_price_age_seconds',
    unit: 'seconds',
    meaning: 'age of the last quote, by the older of the clocks of venue and receipt',
    recommended: '10',
  },
  {
    name: 'price_collar_percent',
    unit: '% of the quote',
    meaning: 'distance of the signal’s prices from the middle of the last quote',
    recommended: '5',
  },
  {
    name: 'max_minutes_outside_session',
    unit: 'minutes',
    meaning: 'how long before the open an order may leave; 0 is only while the market trades',
    recommended: '0',
  },
  {
    name: 'min_days_to_expiry',
    unit: 'days',
    meaning: 'how long an option must have left to be opened',
    recommended: '1',
  },
  {
    name: 'min_iv_rank',
    unit: 'IV rank, 0 to 100',
    meaning: 'implied volatility within its year, below which no option is sold to open',
    recommended: null,
  },
] as const satisfies readonly LimitSpec[];

export type LimitName = (typeof limits)[number]['name'];
