export type { Refusal, RefusalCode } from './refusal.ts';
export { SignalsService } from './signals.service.ts';
export type { Delivery, Outcome, SignalsParts } from './signals.service.ts';
export { warmUp } from './warm-up.ts';
