export { calendarOf } from './instrument.ts';
export type { Instrument, InstrumentKind } from './instrument.ts';
export { InstrumentDirectory } from './instrument-directory.ts';
export { findInstrument, listInstruments, resolveTicker } from './market.store.ts';
export { calendarNames } from './calendar/calendars.ts';
export type { CalendarName } from './calendar/calendars.ts';
export type { Session, TradingDay } from './calendar/sessions.ts';
export {
  accountDayOf,
  isOpen,
  knownUntil,
  lastSession,
  nextClose,
  nextOpen,
  sessionAt,
  sessionOn,
  tradingDayOf,
} from './calendar/trading-calendar.ts';
export { isStale } from './quotes/quote.ts';
export type { Quote, QuoteSource, StoredQuote } from './quotes/quote.ts';
export { feedAge } from './quotes/feed-age.ts';
export { PaperQuotes } from './quotes/paper-quotes.ts';
export { QuoteFeeder } from './quotes/quote-feeder.ts';
export type { QuoteFeederParts } from './quotes/quote-feeder.ts';
export { pruneQuotes, quoteAges, readQuotes, saveQuotes, symbolsInUse } from './quotes/quote.store.ts';
export { parseTicker } from './tickers/ticker.ts';
export type { Ticker } from './tickers/ticker.ts';
export { checkAmounts, toTick } from './amounts.ts';
export type { AmountRefusal, NamedPrices } from './amounts.ts';
export { contractOf, contractsOf } from './futures/contract.ts';
export type { Contract, ExpiryRule, FuturesRoot } from './futures/contract.ts';
export { optionSymbol, paddedOptionSymbol, parseOptionSymbol } from './tickers/option-symbol.ts';
export type { OptionTerms } from './tickers/option-symbol.ts';
export { ivRankOf } from './volatility/iv-rank.ts';
export { IvRanks } from './volatility/iv-ranks.ts';
export { planVolatilities } from './volatility/plan-volatilities.ts';
export { readVolatilityYears, saveVolatilities } from './volatility/volatility.store.ts';
export { readStored, saveInstrument } from './load/load.store.ts';
export { planLoad } from './load/plan-load.ts';
export type { FileProblem, FileRow, LoadPlan } from './load/plan-load.ts';
