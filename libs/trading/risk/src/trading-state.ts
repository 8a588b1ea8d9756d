import type { TradingState } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';

/** What a trading state can be set for. All but the platform belong to one team. */
export type Scope =
  | { readonly kind: 'platform' }
  | { readonly kind: 'team'; readonly teamId: Id }
  | { readonly kind: 'account'; readonly teamId: Id; readonly accountId: Id }
  | { readonly kind: 'strategy'; readonly teamId: Id; readonly strategy: string }
  | { readonly kind: 'symbol'; readonly teamId: Id; readonly symbol: string };

/** The key of a scope in `trading_states`. Statements of risk and brokers that build it in SQL write the same. */
export function scopeKey(scope: Scope): string {
  switch (scope.kind) {
    case 'platform':
      return 'platform';
    case 'team':
      return `team:${scope.teamId}`;
    case 'account':
      return `account:${scope.accountId}`;
    case 'strategy':
      return `strategy:${scope.teamId}:${scope.strategy}`;
    case 'symbol':
      return `symbol:${scope.teamId}:${scope.symbol}`;
  }
}

/** One scope's state as stored. */
export interface ScopedState {
  readonly scope: string;
  readonly state: TradingState;
  readonly generation: string;
}

const SEVERITY: Readonly<Record<TradingState, number>> = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

/**
 * The state that binds: the most severe of all scopes. Without the platform's own row nobody knows, and unknown is HALTED;
 * so is a state that this code has no word for. The generation is the sum over scopes: it grows whenever one changes.
 */
export function bindingState(scopes: readonly ScopedState[]): { state: TradingState; generation: string } {
  const generation = scopes.reduce((sum, { generation: one }) => sum + BigInt(one), 0n).toString();
  if (!scopes.some(({ scope }) => scope === 'platform')) return { state: 'HALTED', generation };
  const state = scopes.reduce<TradingState>((worst, { state: one }) => {
    const known = one in SEVERITY ? one : 'HALTED';
    return SEVERITY[known] > SEVERITY[worst] ? known : worst;
  }, 'ACTIVE');
  return { state, generation };
}
