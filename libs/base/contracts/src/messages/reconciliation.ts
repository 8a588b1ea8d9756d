import { z } from 'zod';
import { id, instant, symbol } from '../fields.ts';
import { tradingState } from './trading-state.ts';

/** What one side has of what differs: amounts as decimal text, ids and times as they are there. */
const facts = z.record(z.string(), z.string());

/** An account's books and its venue's differ, and did so twice with a quiet interval in between. */
export const driftFound = z.strictObject({
  driftId: id,
  accountId: id,
  broker: z.string().min(1).max(40),
  kind: z.string().min(1).max(40),
  /** What it is about: an execution, an order, a symbol, a currency. */
  subject: z.string().min(1).max(200),
  symbol: symbol.optional(),
  ours: facts.optional(),
  venue: facts.optional(),
  treatment: z.enum(['repair', 'adopt', 'cancel', 'note', 'operator']),
  /** What it did to the account's trading. */
  ledTo: tradingState.optional(),
  at: instant,
});
export type DriftFound = z.infer<typeof driftFound>;

/** A drift is mended, or somebody decided whose books are right. */
export const driftEnded = z.strictObject({
  driftId: id,
  accountId: id,
  as: z.enum(['repaired', 'accepted_venue', 'accepted_ours']),
  actor: z.string().min(1).max(200).optional(),
  reason: z.string().min(1).max(500).optional(),
  at: instant,
});
export type DriftEnded = z.infer<typeof driftEnded>;
