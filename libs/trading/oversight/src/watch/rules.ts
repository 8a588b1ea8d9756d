import { Decimal, decimalText, type Id } from '@keelson/kernel';
import { type DayRow, type Scope, worstOfDay } from '@keelson/risk';
import type { HaltOrigin } from '../halt/halt.ts';

/** What a rule found: which scope has to stop, and why in a sentence with its numbers. */
export interface Finding {
  readonly origin: Exclude<HaltOrigin, 'operator'>;
  readonly scope: Exclude<Scope, { kind: 'platform' }>;
  readonly reason: string;
  readonly cancelAll: boolean;
  readonly flatten: boolean;
}

/** What holds for a team without a row of its own in watch_rules. */
export const defaults = {
  /** Runaway: so many times its limit a second. One burst at twice the limit is denied order by order, and no more. */
  runawayFactor: '3',
  /** Error rate: at least so many orders failed in the window, and at least half of those placed. */
  failedAtLeast: '100',
  errorWindowMs: 60_000,
  /** Stale feed: so many times the age that the account allows for a price. */
  staleFactor: '3',
} as const;

const plain = { cancelAll: false, flatten: false } as const;

export interface Rate {
  readonly teamId: Id;
  readonly strategy: string;
  /** Signals in the last second. */
  readonly received: number;
  /** Its limit max_orders_per_second. */
  readonly perSecond: string;
  readonly factor: string | null;
}

/** A strategy far above its order rate is out of control: risk denies what is too much, this stops the rest. Pure. */
export function judgeRate({ teamId, strategy, received, perSecond, factor }: Rate): Finding | undefined {
  const most = new Decimal(perSecond).times(factor ?? defaults.runawayFactor);
  if (new Decimal(received).lte(most)) return undefined;
  const reason = `runaway: ${received} signals in a second, its limit is ${decimalText(new Decimal(perSecond))}`;
  return { origin: 'runaway', scope: { kind: 'strategy', teamId, strategy }, reason, ...plain };
}

export interface Errors {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly failed: number;
  readonly placed: number;
  readonly atLeast: string | null;
}

/** Orders that the venue refuses or does not answer, one after the other: something is wrong that no order can mend. Pure. */
export function judgeErrors({ teamId, accountId, failed, placed, atLeast }: Errors): Finding | undefined {
  if (new Decimal(failed).lt(atLeast ?? defaults.failedAtLeast) || failed * 2 < placed) return undefined;
  const reason = `error rate: ${failed} of ${placed} orders were refused or not answered`;
  return { origin: 'error_rate', scope: { kind: 'account', teamId, accountId }, reason, ...plain };
}

export interface Loss {
  readonly teamId: Id;
  readonly accountId: Id;
  /** What this trading day realised, fees included, and the rates of now. */
  readonly day: DayRow;
  /** The account's own age for prices; null where it sets none. */
  readonly maxPriceAgeSeconds: string | null;
  /** Null when nobody said within a day what the account is worth. */
  readonly equity: string | null;
  readonly limitPercent: string;
}

/**
 * The account lost what it may in a day: what still works is taken back. Other currencies are converted by the rule of
 * risk's check; a rate that is too old for an order is good for a while longer, as a price is to `judgeQuote`. What nobody
 * can tell halts: a loss without a rate, and a share of an equity that is not known. Of a profit without a rate nothing is
 * counted. Pure.
 */
export function judgeLoss(loss: Loss): Finding | undefined {
  const { teamId, accountId, day, equity, limitPercent } = loss;
  const limits = {
    max_price_age_seconds: loss.maxPriceAgeSeconds === null ? null : new Decimal(loss.maxPriceAgeSeconds),
  };
  const { lost, unpriced } = worstOfDay(day, limits, new Decimal(defaults.staleFactor));
  const worth = new Decimal(equity ?? 0);
  const percent = worth.gt(0) ? lost.div(worth).times(100) : undefined;
  const known = unpriced.length === 0;
  if (known && (lost.lte(0) || percent?.lt(limitPercent))) return undefined;
  const share = percent ? `${decimalText(percent.toDecimalPlaces(2))} %` : 'an unknown share';
  const found = known
    ? `${decimalText(lost)} is ${share} of the equity`
    : `unknown, as ${unpriced.join(', ')} has no fresh rate to ${day.account_currency}; without it ${decimalText(lost)}`;
  const reason = `daily loss: ${found}, the limit is ${decimalText(new Decimal(limitPercent))} %`;
  return { origin: 'daily_loss', scope: { kind: 'account', teamId, accountId }, reason, ...plain };
}

export interface QuoteAge {
  readonly teamId: Id;
  readonly symbol: string;
  /** Null when no price was ever heard. */
  readonly ageSeconds: string | null;
  readonly limitSeconds: string;
  readonly factor: string | null;
  readonly marketOpen: boolean;
}

/** A position whose price stopped coming while its market trades: nobody sees what it is worth. Pure. */
export function judgeQuote(quote: QuoteAge): Finding | undefined {
  const { teamId, symbol, ageSeconds, limitSeconds, factor, marketOpen } = quote;
  const most = new Decimal(limitSeconds).times(factor ?? defaults.staleFactor);
  if (!marketOpen || (ageSeconds !== null && new Decimal(ageSeconds).lte(most))) return undefined;
  const age =
    ageSeconds === null ? 'no price ever came' : `the last price is ${new Decimal(ageSeconds).toFixed(1)} s old`;
  const reason = `stale feed: ${age}, the limit is ${decimalText(most)} s`;
  return { origin: 'stale_feed', scope: { kind: 'symbol', teamId, symbol }, reason, ...plain };
}

export interface Silence {
  readonly name: string;
  readonly scope: Exclude<Scope, { kind: 'platform' }>;
  readonly withinMs: number;
  readonly silentMs: number;
  readonly cancelAll: boolean;
  readonly flatten: boolean;
}

/** A dead man's switch that nobody renewed in time. Pure. */
export function judgeSilence(silence: Silence): Finding | undefined {
  const { name, scope, withinMs, silentMs, cancelAll, flatten } = silence;
  if (silentMs <= withinMs) return undefined;
  const reason = `heartbeat "${name}" was not renewed for ${Math.round(silentMs)} ms, its limit is ${withinMs} ms`;
  return { origin: 'dead_man', scope, reason, cancelAll, flatten };
}
