import type { Refusal } from './errors.ts';

export type InstrumentKind = 'equity' | 'future' | 'option' | 'crypto' | 'fx';

/**
 * What an instrument of ours is; undefined when there is none of that name. Asked before each order: `ES` is a future to
 * us and a share of an energy supplier to Alpaca, so a symbol alone says too little.
 */
export type InstrumentKinds = (symbol: string) => Promise<InstrumentKind | undefined>;

export interface VenueInstrument {
  readonly kind: 'equity' | 'option' | 'crypto';
  /** As Alpaca writes it in orders. */
  readonly symbol: string;
}

const FORMS = {
  equity: /^[A-Z]{1,5}([./][A-Z]{1,3})?$/,
  // The name of the Options Clearing Corporation without padding: root, expiry, call or put, strike in thousandths.
  option: /^[A-Z]{1,6}\d{6}[CP]\d{8}$/,
  crypto: /^[A-Z0-9]{2,10}\/(USD|USDT|USDC|BTC)$/,
} as const;

/** Longest first: `BTCUSDT` ends in USDT. */
const QUOTE_CURRENCIES = ['USDT', 'USDC', 'USD', 'BTC'];

/** Our instrument as Alpaca has it, or why it cannot be traded there. */
export function venueInstrument(symbol: string, kind: InstrumentKind | undefined): VenueInstrument | Refusal {
  if (kind === undefined) return { code: 'unknown_instrument', symbol };
  if (kind === 'future' || kind === 'fx') return { code: 'instrument_not_traded', symbol, kind };
  const atVenue =
    kind === 'option' ? symbol.replaceAll(' ', '') : kind === 'equity' ? symbol.replace('/', '.') : symbol;
  if (!FORMS[kind].test(atVenue)) return { code: 'symbol_not_expressible', symbol, kind };
  return { kind, symbol: atVenue };
}

/** Alpaca's symbol as ours. Its positions name a pair of currencies without the stroke that its orders have. */
export function ourSymbol(atVenue: string, assetClass: string | null | undefined): string {
  if (assetClass !== 'crypto' || atVenue.includes('/')) return atVenue;
  const quote = QUOTE_CURRENCIES.find((currency) => atVenue.endsWith(currency) && atVenue.length > currency.length);
  return quote === undefined ? atVenue : `${atVenue.slice(0, -quote.length)}/${quote}`;
}
