import { z } from 'zod';

/** ACTIVE trades, REDUCING only shrinks positions, HALTED denies every new order. Unknown counts as HALTED. */
export const tradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
export type TradingState = z.infer<typeof tradingState>;

export const tradingStateChanged = z.strictObject({
  /** `platform`, `team:<id>`, `account:<id>`, `strategy:<team id>:<strategy>` or `symbol:<team id>:<symbol>`. */
  scope: z.string().min(1).max(300).optional(),
  from: tradingState,
  to: tradingState,
  reason: z.string().min(1).max(500),
  actor: z.string().min(1).max(200),
  /** Of this scope. Grows with every change; claims made under an older one are void. */
  haltGeneration: z.int().min(0),
});
export type TradingStateChanged = z.infer<typeof tradingStateChanged>;
