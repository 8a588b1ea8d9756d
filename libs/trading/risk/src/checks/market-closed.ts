import { decimalText, Decimal } from '@keelson/kernel';
import { isOpen, nextOpen } from '@keelson/market';
import { limitCheck } from '../limit-check.ts';

const MINUTE_MS = 60_000;

/** Outside of a session an order may wait for the open for as long as the limit says. A calendar without data is closed. */
export const marketClosed = limitCheck({
  check: 'market_closed',
  code: 'market_closed',
  limit: 'max_minutes_outside_session',
  compare({ instrument: { calendar }, now }, limit) {
    if (isOpen(calendar, now)) return { exceeded: false, numbers: { calendar, session: 'open' } };
    const opens = nextOpen(calendar, now);
    if (!opens) return { exceeded: true, numbers: { calendar, session: 'unknown' } };
    const minutes = new Decimal(opens.getTime() - now.getTime()).div(MINUTE_MS).toDecimalPlaces(2);
    const numbers = { calendar, session: 'closed', opens_at: opens.toISOString(), minutes: decimalText(minutes) };
    return { exceeded: minutes.gt(limit), numbers };
  },
});
