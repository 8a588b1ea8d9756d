export { decide } from './decide.ts';
export type { DenialCode, Finding } from './denial.ts';
export { adjustExposure } from './risk.store.ts';
export { bindingState } from './trading-state.ts';
export { setTradingState } from './trading-state.service.ts';
export type { Announce, Scope, StateChange } from './trading-state.service.ts';
