/** An alert as TradingView sends it, without key and id. */
export interface Alert {
  readonly ticker: string;
  readonly action: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
}

const instruments = [
  { ticker: 'CME_MINI:NQ1!', price: '21000.25' },
  { ticker: 'NASDAQ:AAPL', price: '228.40' },
  { ticker: 'NASDAQ:MSFT', price: '421.10' },
  { ticker: 'COINBASE:BTCUSD', price: '65120.50' },
] as const;

/** A step of mulberry32: the same number for the same seed and index. Result in [0, 1). */
function chance(seed: number, index: number): number {
  let state = (seed + Math.imul(index + 1, 0x6d2b79f5)) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
}

/** The alert with this number. Quantities are 2 to 9, because an order of one unit can't fill in two parts. */
export function alertOf(seed: number, index: number): Alert {
  const instrument = instruments[Math.floor(chance(seed, index * 3) * instruments.length)] ?? instruments[0];
  return {
    ticker: instrument.ticker,
    action: chance(seed, index * 3 + 1) < 0.5 ? 'buy' : 'sell',
    quantity: String(2 + Math.floor(chance(seed, index * 3 + 2) * 8)),
    price: instrument.price,
  };
}

/** Its body. The id is the run's own, so that no alert is taken for a repetition of another one. */
export function alertBody(key: string, id: string, alert: Alert): string {
  return JSON.stringify({ key, ...alert, order_id: 'load', id, time: new Date().toISOString() });
}
