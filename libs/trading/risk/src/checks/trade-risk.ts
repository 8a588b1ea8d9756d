import { Decimal, decimalText, notional } from '@keelson/kernel';
import { limitCheck, shareOfEquity } from '../limit-check.ts';
import type { Situation } from '../situation.ts';
import { converted, reservation, shrinks, sizingPrice } from '../size.ts';

/** Distance from entry to the stop, in quote currency; undefined without one, or with one on the wrong side. */
function distanceToStop(situation: Situation): Decimal | undefined {
  const stop = situation.exits?.stopLoss;
  if (!stop) return undefined;
  const entry = sizingPrice(situation);
  if (stop.type === 'trailing_stop') {
    const trail = new Decimal(stop.trail);
    return stop.trailUnit === 'price' ? trail : entry.times(trail).div(100);
  }
  // A stop-limit that is jumped over leaves nothing: its stop is where it should end, as for a plain stop.
  const distance = situation.side === 'buy' ? entry.minus(stop.stopPrice) : new Decimal(stop.stopPrice).minus(entry);
  return distance.gt(0) ? distance : undefined;
}

/** What one trade may lose. Without a stop that is the whole worth of what it opens; a spread loses its maximum. */
export const tradeRisk = limitCheck({
  check: 'trade_risk',
  code: 'trade_risk',
  limit: 'max_trade_risk_percent',
  spares: shrinks,
  compare(situation, limit) {
    const { quantity, instrument, legs } = situation;
    const distance = legs ? undefined : distanceToStop(situation);
    const risk = distance
      ? converted(situation, notional(quantity, distance, instrument.multiplier))
      : reservation(situation);
    const numbers = { risk: decimalText(risk), stop_distance: distance ? decimalText(distance) : 'none' };
    return shareOfEquity(situation, risk, (percent) => percent.gt(limit), numbers);
  },
});
