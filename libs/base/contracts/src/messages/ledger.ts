import { z } from 'zod';
import { decimal, id, instant, symbol } from '../fields.ts';

/** An entry and the balance it moved; its postings sum to zero per currency. */
export const entryPosted = z.strictObject({
  entryId: id,
  fillId: id,
  signalId: id,
  accountId: id,
  symbol,
  currency: z.string().min(3).max(10),
  /** What the cash account gained (negative: paid). */
  cash: decimal,
  realisedProfit: decimal,
});
export type EntryPosted = z.infer<typeof entryPosted>;

/** A round trip from entry to exit (document 004). */
export const trade = z.strictObject({
  tradeId: id,
  signalId: id,
  accountId: id,
  symbol,
  direction: z.enum(['long', 'short']),
  quantity: decimal,
  entryPrice: decimal,
  exitPrice: decimal.optional(),
  realisedProfit: decimal,
  openedAt: instant,
  closedAt: instant.optional(),
});
export type Trade = z.infer<typeof trade>;
