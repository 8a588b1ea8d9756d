import { type Id, isId } from '@keelson/kernel';
import { type Scope, scopeKey } from '@keelson/risk/trading-state';

/** Reads a scope back. The team of an account stands beside it in the row. Throws when the text is none. */
export function scopeFrom(text: string, teamId: Id | undefined): Scope {
  if (text === 'platform') return { kind: 'platform' };
  const [kind, first = '', ...rest] = text.split(':');
  const name = rest.join(':');
  if (kind === 'team' && isId(first)) return { kind, teamId: first };
  if (kind === 'account' && isId(first) && teamId) return { kind, teamId, accountId: first };
  if (kind === 'strategy' && isId(first) && name) return { kind, teamId: first, strategy: name };
  if (kind === 'symbol' && isId(first) && name) return { kind, teamId: first, symbol: name };
  throw new Error(
    `"${text}" is no scope; write platform, team:<id>, account:<id>, strategy:<team>:<name> or symbol:<team>:<symbol>`,
  );
}

/** The team whose rows a scope is about; undefined for the platform, which is about every team's. */
export function teamOf(scope: Scope): Id | undefined {
  return scope.kind === 'platform' ? undefined : scope.teamId;
}

/** True where everything of an account is meant, so that the venue's own mass cancel says neither too much nor too little. */
export function coversAccounts({ kind }: Scope): boolean {
  return kind === 'platform' || kind === 'team' || kind === 'account';
}

/** True when halting one scope binds the other, whichever way: a resume of either must wait for a halt of either. */
export function overlaps(one: Scope, other: Scope): boolean {
  if (one.kind === 'platform' || other.kind === 'platform') return true;
  if (one.teamId !== other.teamId) return false;
  // Within a team, scopes of one kind are apart unless they are the same; of different kinds they may meet in an order.
  return one.kind !== other.kind || scopeKey(one) === scopeKey(other);
}
