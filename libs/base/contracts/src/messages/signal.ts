import { z } from 'zod';
import { decimal, id, instant, side, symbol } from '../fields.ts';

/** A receipt was recorded and parsed: from here on the signal is owed exactly one terminal outcome. */
export const signalReceived = z.strictObject({
  signalId: id,
  accountId: id,
  strategy: z.string().min(1).max(100),
  symbol,
  side,
  quantity: decimal,
  /** The price that the sender saw; market orders use it for the notional that risk checks. */
  price: decimal,
  receivedAt: instant,
  /** Past this, the signal ends as expired and never trades. */
  expiresAt: instant,
});
export type SignalReceived = z.infer<typeof signalReceived>;
