import { z } from 'zod';

/** ACTIVE trades, REDUCING only shrinks positions, HALTED denies every new order. Unknown counts as HALTED. */
export const tradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
export type TradingState = z.infer<typeof tradingState>;

export const tradingStateChanged = z.strictObject({
  from: tradingState,
  to: tradingState,
  reason: z.string().min(1).max(500),
  actor: z.string().min(1).max(200),
  /** Grows with every change; claims made under an older one are void. */
  haltGeneration: z.int().min(0),
});
export type TradingStateChanged = z.infer<typeof tradingStateChanged>;
