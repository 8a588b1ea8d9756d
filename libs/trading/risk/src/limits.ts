import { type LimitName, limits as catalogue } from '@keelson/contracts';
import type { Decimal, Id } from '@keelson/kernel';
import type { Limits } from './situation.ts';

/** A limit as stored. */
export interface LimitRow {
  /** `account`, `strategy:<name>` or `symbol:<symbol>`. */
  readonly scope: string;
  readonly name: string;
  /** Null: unlimited, in so many words. */
  readonly value: Decimal | null;
}

/** All limits of an account as they were at one version. */
export interface AccountLimits {
  readonly version: number;
  readonly rows: readonly LimitRow[];
}

/**
 * The limits that bind one strategy and symbol: a row of theirs takes the place of the account's, and where both have
 * one, the tighter binds. `max_exposure` is the exception: each scope's is counted by itself.
 */
export function resolveLimits(rows: readonly LimitRow[], strategy: string, symbol: string): Limits {
  const resolved: Partial<Record<LimitName, Decimal | null>> = {};
  for (const { name } of catalogue) {
    const account = rows.find((row) => row.name === name && row.scope === 'account');
    const narrower = rows.filter(
      (row) => row.name === name && (row.scope === `strategy:${strategy}` || row.scope === `symbol:${symbol}`),
    );
    const binding = name === 'max_exposure' || narrower.length === 0 ? account && [account] : narrower;
    if (binding) resolved[name] = binding.map(({ value }) => value).reduce((a, b) => tighter(name, a, b));
  }
  return resolved;
}

function tighter(name: LimitName, a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null) return b;
  if (b === null) return a;
  return name.startsWith('min_') === a.gt(b) ? a : b;
}

const MOST_ACCOUNTS = 10_000;
const MOST_PAIRS = 1_000;

interface Remembered extends AccountLimits {
  readonly resolved: Map<string, Limits>;
}

/**
 * Limits that this process has read, by account and version. The version is read in the transaction of each verdict, so
 * a limit that changed is never believed; what is saved is reading and sorting rows that did not.
 */
export class LimitBook {
  readonly #accounts = new Map<Id, Remembered>();

  /** Undefined when this version is not known here: read it, then `learn`. */
  find(accountId: Id, version: number, strategy: string, symbol: string): Limits | undefined {
    const known = this.#accounts.get(accountId);
    if (known?.version !== version) return undefined;
    const key = JSON.stringify([strategy, symbol]);
    let limits = known.resolved.get(key);
    if (!limits) {
      limits = resolveLimits(known.rows, strategy, symbol);
      if (known.resolved.size >= MOST_PAIRS) known.resolved.clear();
      known.resolved.set(key, limits);
    }
    return limits;
  }

  learn(accountId: Id, limits: AccountLimits): void {
    if (this.#accounts.size >= MOST_ACCOUNTS) this.#accounts.clear();
    this.#accounts.set(accountId, { ...limits, resolved: new Map() });
  }
}
