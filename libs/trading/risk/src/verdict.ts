import { buyingPower } from './checks/buying-power.ts';
import { concentration } from './checks/concentration.ts';
import { consecutiveLosses } from './checks/consecutive-losses.ts';
import { dailyLoss } from './checks/daily-loss.ts';
import { conversion } from './checks/conversion.ts';
import { daysToExpiry } from './checks/days-to-expiry.ts';
import { decidedAhead } from './checks/decided-ahead.ts';
import { duplicate } from './checks/duplicate.ts';
import { expired } from './checks/expired.ts';
import { exposure } from './checks/exposure.ts';
import { halted } from './checks/halted.ts';
import { instrumentExpired } from './checks/instrument-expired.ts';
import { ivRank } from './checks/iv-rank.ts';
import { marketClosed } from './checks/market-closed.ts';
import { maxNotional } from './checks/max-notional.ts';
import { maxOpenPositions } from './checks/max-open-positions.ts';
import { maxPosition } from './checks/max-position.ts';
import { optionContract } from './checks/option-contract.ts';
import { orderRatePerMinute, orderRatePerSecond } from './checks/order-rate.ts';
import { priceCollar } from './checks/price-collar.ts';
import { reduceOnly } from './checks/reduce-only.ts';
import { restricted } from './checks/restricted.ts';
import { shortSale } from './checks/short-sale.ts';
import { stalePrice } from './checks/stale-price.ts';
import { tradeRisk } from './checks/trade-risk.ts';
import type { Check, DenialCode, Finding } from './denial.ts';
import type { Situation } from './situation.ts';

/** In this order; the first denial ends it. What stops trading comes before what prices it, and that before what sizes it. */
export const checks: readonly Check[] = [
  halted,
  expired,
  duplicate,
  restricted,
  decidedAhead,
  instrumentExpired,
  marketClosed,
  stalePrice,
  conversion,
  priceCollar,
  optionContract,
  daysToExpiry,
  ivRank,
  orderRatePerSecond,
  orderRatePerMinute,
  consecutiveLosses,
  dailyLoss,
  reduceOnly,
  shortSale,
  maxNotional,
  maxPosition,
  maxOpenPositions,
  concentration,
  tradeRisk,
  buyingPower,
  exposure,
];

export interface Verdict {
  readonly approved: boolean;
  readonly code?: DenialCode;
  /** Every check that ran, the denying one last. */
  readonly findings: readonly Finding[];
}

/** Approves or denies. A check that throws denies nothing by itself: the error leaves the signal undecided, and so untraded. */
export function verdictOn(situation: Situation): Verdict {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = check(situation);
    findings.push(finding);
    if (finding.denied) return { approved: false, code: finding.denied, findings };
  }
  return { approved: true, findings };
}
