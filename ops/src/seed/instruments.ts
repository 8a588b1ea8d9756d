/** How the contracts of a root follow: listed months, end, and days before it on which the next one is in front. */
interface FuturesRules {
  readonly months: string;
  readonly expiryRule: string;
  readonly rollDays: number;
}

const quarterly: FuturesRules = { months: 'HMUZ', expiryRule: 'third_friday', rollDays: 8 };
const oil: FuturesRules = {
  months: 'FGHJKMNQUVXZ',
  expiryRule: 'three_business_days_before_25th_of_prior_month',
  rollDays: 3,
};
/** Metals deliver: the front month is left before its first notice day, a month before its last trading day. */
const metal = (months: string): FuturesRules => ({ months, expiryRule: 'third_last_business_day', rollDays: 31 });

/** An instrument to seed, with every name that senders use for it. */
export interface SeedInstrument {
  readonly symbol: string;
  readonly name: string;
  readonly kind: 'equity' | 'future' | 'crypto' | 'fx';
  readonly currency: string;
  /** Smallest price step, in the currency. */
  readonly tickSize: string;
  /** Smallest step of a quantity. */
  readonly lotSize: string;
  /** As senders prefix it. */
  readonly exchange: string | null;
  /** Of a future: how its dated contracts follow, once they are loaded. */
  readonly contracts?: FuturesRules;
  /** Currency per point and contract. */
  readonly multiplier: string;
  /** In upper case; TradingView writes EXCHANGE:TICKER, and ROOT1! for the front contract of a future. */
  readonly aliases: readonly string[];
}

function future(
  symbol: string,
  name: string,
  exchange: string,
  tickSize: string,
  multiplier: string,
  contracts = quarterly,
): SeedInstrument {
  const tickers = [symbol, `${symbol}1!`];
  const aliases = [...tickers, ...tickers.flatMap((ticker) => [`${exchange}:${ticker}`, `${exchange}_DL:${ticker}`])];
  return {
    symbol,
    name,
    kind: 'future',
    currency: 'USD',
    tickSize,
    multiplier,
    lotSize: '1',
    exchange,
    contracts,
    aliases,
  };
}

function equity(symbol: string, name: string, exchange: string): SeedInstrument {
  const aliases = [symbol, `${exchange}:${symbol}`, `BATS:${symbol}`];
  return {
    symbol,
    name,
    kind: 'equity',
    currency: 'USD',
    tickSize: '0.01',
    multiplier: '1',
    lotSize: '1',
    exchange,
    aliases,
  };
}

function crypto(symbol: string, name: string): SeedInstrument {
  const venues = ['COINBASE', 'BITSTAMP', 'KRAKEN', 'CRYPTO', 'INDEX'];
  const aliases = [symbol, ...venues.map((venue) => `${venue}:${symbol}`)];
  return {
    symbol,
    name,
    kind: 'crypto',
    currency: 'USD',
    tickSize: '0.01',
    multiplier: '1',
    lotSize: '0.00000001',
    exchange: null,
    aliases,
  };
}

function pair(symbol: string, name: string): SeedInstrument {
  const aliases = [symbol, ...['FX', 'FX_IDC', 'OANDA', 'FOREXCOM'].map((venue) => `${venue}:${symbol}`)];
  return {
    symbol,
    name,
    kind: 'fx',
    currency: 'USD',
    tickSize: '0.00001',
    multiplier: '1',
    lotSize: '1',
    exchange: null,
    aliases,
  };
}

export const seedInstruments: readonly SeedInstrument[] = [
  future('NQ', 'E-mini Nasdaq-100', 'CME_MINI', '0.25', '20'),
  future('MNQ', 'Micro E-mini Nasdaq-100', 'CME_MINI', '0.25', '2'),
  future('ES', 'E-mini S&P 500', 'CME_MINI', '0.25', '50'),
  future('MES', 'Micro E-mini S&P 500', 'CME_MINI', '0.25', '5'),
  future('RTY', 'E-mini Russell 2000', 'CME_MINI', '0.1', '50'),
  future('YM', 'E-mini Dow', 'CBOT_MINI', '1', '5'),
  future('CL', 'Crude oil WTI', 'NYMEX', '0.01', '1000', oil),
  future('GC', 'Gold', 'COMEX', '0.1', '100', metal('GJMQVZ')),
  future('SI', 'Silver', 'COMEX', '0.005', '5000', metal('HKNUZ')),
  equity('AAPL', 'Apple', 'NASDAQ'),
  equity('MSFT', 'Microsoft', 'NASDAQ'),
  equity('NVDA', 'Nvidia', 'NASDAQ'),
  equity('AMZN', 'Amazon', 'NASDAQ'),
  equity('TSLA', 'Tesla', 'NASDAQ'),
  equity('QQQ', 'Invesco QQQ', 'NASDAQ'),
  equity('SPY', 'SPDR S&P 500', 'AMEX'),
  crypto('BTCUSD', 'Bitcoin'),
  crypto('ETHUSD', 'Ether'),
  pair('EURUSD', 'Euro / US dollar'),
  pair('GBPUSD', 'British pound / US dollar'),
];
