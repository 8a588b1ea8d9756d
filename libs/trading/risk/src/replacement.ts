import type { OrderTerms, Side } from '@keelson/contracts';
import { Decimal, type Id, price, quantity, systemClock, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { buyingPower } from './checks/buying-power.ts';
import { concentration } from './checks/concentration.ts';
import { conversion } from './checks/conversion.ts';
import { dailyLoss } from './checks/daily-loss.ts';
import { exposure } from './checks/exposure.ts';
import { halted } from './checks/halted.ts';
import { instrumentExpired } from './checks/instrument-expired.ts';
import { marketClosed } from './checks/market-closed.ts';
import { maxNotional } from './checks/max-notional.ts';
import { maxPosition } from './checks/max-position.ts';
import { middleOf, priceCollar } from './checks/price-collar.ts';
import { restricted } from './checks/restricted.ts';
import { stalePrice } from './checks/stale-price.ts';
import { tradeRisk } from './checks/trade-risk.ts';
import type { Check, Finding } from './denial.ts';
import { sealApproval } from './exposure.store.ts';
import { LimitBook } from './limits.ts';
import { loadSituation, type SituationSources, todayBy } from './load-situation.ts';
import type { Situation } from './situation.ts';
import { reservation } from './size.ts';

/** An order at its venue, and what shall stand in its place. */
export interface Replacement {
  readonly signalId: Id;
  readonly side: Side;
  /** True of an exit: it only ever shrinks a position. */
  readonly reduces: boolean;
  readonly terms: OrderTerms;
  /** What shall be open. */
  readonly quantity: Decimal;
  /** What the order in its place has reserved for that much. */
  readonly reserved: Decimal;
}

/** Whether a replacement may be asked for, and what it needs beyond what is reserved. */
export type Judgement =
  { readonly denied: Finding & { readonly denied: string } } | { readonly denied: undefined; readonly extra: Decimal };

/**
 * Of the checks of a verdict those that terms, prices and the state of things can fail anew. What was settled when the
 * signal came (its age, twins, rates, streaks, what kind of contract) is not asked again.
 */
const ENTRY_CHECKS: readonly Check[] = [
  ...[halted, restricted, instrumentExpired, marketClosed, stalePrice, conversion, priceCollar, dailyLoss],
  ...[maxNotional, maxPosition, concentration, tradeRisk, buyingPower, exposure],
];

/** One for the process, as step decide has. */
const sources: SituationSources = { limitBook: new LimitBook(), today: todayBy(systemClock) };

/**
 * Judges a replacement as a new order in the place of the old one would be judged. What it needs more is reserved at the
 * end of this transaction, or that raises KE010, when somebody else was faster: then ask anew.
 */
export async function judgeReplacement(tx: Tx, wanted: Replacement): Promise<Judgement> {
  const { situation } = await loadSituation(tx, wanted.signalId, sources);
  const asked = inPlaceOf(situation, wanted);
  for (const check of checksFor(asked, wanted)) {
    const finding = check(asked);
    if (finding.denied) return { denied: { ...finding, denied: finding.denied } };
  }
  const extra = wanted.reduces ? ZERO : Decimal.max(reservation(asked).minus(wanted.reserved), ZERO);
  const { signalId, accountId, strategy, symbol, side } = asked;
  if (extra.gt(0)) {
    const seal = { signalId, accountId, strategy, symbol, side, amount: extra };
    sealApproval(tx, { ...seal, reducing: ZERO, perSecond: null, perMinute: null });
  }
  return { denied: undefined, extra };
}

/** The situation of its signal with the replacement in it, and without what its predecessor takes up. */
function inPlaceOf(situation: Situation, { terms, quantity: units, reserved, side }: Replacement): Situation {
  const asked = 'limitPrice' in terms ? new Decimal(terms.limitPrice) : middleOf(situation.quote);
  return {
    ...situation,
    ...{ side, terms, quantity: quantity(units) },
    // What the sender saw once is no price any more.
    price: asked ? price(asked) : situation.price,
    exposures: situation.exposures.map((scope) => ({ ...scope, reserved: scope.reserved.minus(reserved) })),
  };
}

/**
 * An exit is far from the market on purpose, on its own side. On the other side it would be filled at once at a price
 * that may be a slip of the keyboard: only there the collar holds it.
 */
function checksFor({ quote, side, terms }: Situation, { reduces }: Replacement): readonly Check[] {
  if (!reduces) return ENTRY_CHECKS;
  const middle = middleOf(quote);
  if (!middle || !('limitPrice' in terms) || terms.type !== 'limit') return [];
  const through = side === 'sell' ? middle.gt(terms.limitPrice) : middle.lt(terms.limitPrice);
  return through ? [priceCollar] : [];
}
