import { type CalendarName } from './calendar/calendars.ts';

export const instrumentKinds = ['equity', 'future', 'option', 'crypto', 'fx'] as const;
export type InstrumentKind = (typeof instrumentKinds)[number];

/** What can be traded. Amounts are decimal text, as everywhere between packages. */
export interface Instrument {
  /** Our own name of it, e.g. `NQZ2026`; every alias leads here. Of an option: its OCC symbol. */
  readonly symbol: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly currency: string;
  /** Smallest step of a price. */
  readonly tickSize: string;
  /** Value of one point of price for one unit, in the currency. */
  readonly multiplier: string;
  /** Smallest step of a quantity. */
  readonly lotSize: string;
  /** Where it is listed, as senders prefix it, e.g. `CME_MINI`. */
  readonly exchange: string | null;
  /** When it trades. */
  readonly calendar: CalendarName;
  /** What one unit or contract asks for when opened, in the currency; null: its whole notional. */
  readonly initialMargin: string | null;
  /** What one unit or contract asks for while held; null: its whole notional. */
  readonly maintenanceMargin: string | null;
  /** The last instant at which it trades. */
  readonly expiresAt: Date | null;
  /** Of an option: the symbol that it is on. */
  readonly underlying: string | null;
  readonly strike: string | null;
  readonly right: 'call' | 'put' | null;
  /** Of a dated future: the symbol of its root, e.g. `NQ`. */
  readonly root: string | null;
  /** Of a dated future: `2026-12`. */
  readonly contractMonth: string | null;
  /** From here on the next contract of its root is the front month. */
  readonly rollsAt: Date | null;
  /** Its price is kept fresh also while nobody holds it. */
  readonly quoted: boolean;
}

const calendarOfKind: Readonly<Record<InstrumentKind, CalendarName>> = {
  equity: 'XNYS',
  future: 'CME_GLOBEX',
  option: 'CBOE_OPTIONS',
  crypto: 'ALWAYS',
  fx: 'FX',
};

/** The calendar of an instrument: its own where the row names one, else that of its kind. */
export function calendarOf(instrument: {
  readonly kind: InstrumentKind;
  readonly calendar: CalendarName | null;
}): CalendarName {
  return instrument.calendar ?? calendarOfKind[instrument.kind];
}
