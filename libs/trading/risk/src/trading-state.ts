import type { TradingState } from '@keelson/contracts';

/** One scope's state as stored: platform, team or account. */
export interface ScopedState {
  readonly scope: string;
  readonly state: TradingState;
  readonly generation: string;
}

const SEVERITY: Readonly<Record<TradingState, number>> = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

/**
 * The state that binds: the most severe of all scopes. Without the platform's own row nobody knows, and unknown is HALTED.
 * The generation is the sum over scopes, so it grows whenever any of them changes.
 */
export function bindingState(scopes: readonly ScopedState[]): { state: TradingState; generation: string } {
  const generation = scopes.reduce((sum, { generation: one }) => sum + BigInt(one), 0n).toString();
  if (!scopes.some(({ scope }) => scope === 'platform')) return { state: 'HALTED', generation };
  const state = scopes.reduce<TradingState>(
    (worst, scope) => (SEVERITY[scope.state] > SEVERITY[worst] ? scope.state : worst),
    'ACTIVE',
  );
  return { state, generation };
}
