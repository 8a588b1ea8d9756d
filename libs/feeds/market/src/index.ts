export type { Instrument } from './instrument.ts';
export { InstrumentDirectory } from './instrument-directory.ts';
export { listInstruments, resolveTicker } from './market.store.ts';
export { calendarNames } from './calendar/calendars.ts';
export type { CalendarName } from './calendar/calendars.ts';
export type { Session, TradingDay } from './calendar/sessions.ts';
export {
  accountDayOf,
  isOpen,
  knownUntil,
  nextClose,
  nextOpen,
  nextSession,
  sessionAt,
  sessionOn,
  tradingDayOf,
} from './calendar/trading-calendar.ts';
