import { z } from 'zod';
import { decimal, id, instant, symbol } from '../fields.ts';

/** Why an entry is in the books. Nothing is ever changed: what was wrong is reversed, what follows from that restated. */
export const entryKind = z.enum([
  'fill',
  'reversal',
  'restatement',
  'deposit',
  'withdrawal',
  'conversion',
  'expiry',
  'assignment',
  'exercise',
  'delivery',
]);
export type EntryKind = z.infer<typeof entryKind>;

/** An entry and the balance it moved; its postings sum to zero per currency. */
export const entryPosted = z.strictObject({
  entryId: id,
  kind: entryKind,
  /** The execution it books; absent for what no venue executed. */
  fillId: id.optional(),
  /** Absent for what no signal asked for: money in and out, expiry, assignment. */
  signalId: id.optional(),
  accountId: id,
  symbol: symbol.optional(),
  currency: z.string().min(3).max(10),
  /** What the cash account gained (negative: paid), the fee taken off. */
  cash: decimal,
  fee: decimal,
  realisedProfit: decimal,
  /** The entry that this one takes back. */
  reverses: id.optional(),
});
export type EntryPosted = z.infer<typeof entryPosted>;

/** A round trip from entry to exit (document 004). */
export const trade = z.strictObject({
  tradeId: id,
  signalId: id.optional(),
  accountId: id,
  symbol,
  direction: z.enum(['long', 'short']),
  quantity: decimal,
  entryPrice: decimal,
  exitPrice: decimal.optional(),
  /** Before fees. */
  realisedProfit: decimal,
  fees: decimal,
  netProfit: decimal,
  /** Net profit in units of the initial risk; once it is closed, and only where the entry had a stop. */
  rMultiple: decimal.optional(),
  strategy: z.string().min(1).max(100).optional(),
  currency: z.string().min(3).max(10),
  openedAt: instant,
  closedAt: instant.optional(),
  /** True when a bust left nothing of it: it is no trade any more. */
  voided: z.literal(true).optional(),
});
export type Trade = z.infer<typeof trade>;
