import { type Decimal, ZERO } from '@keelson/kernel';
import { unwindLegOf } from '../legs.ts';
import type { IntentRecord, OrderRecord } from '../order-record.ts';
import { isTerminal } from '../transitions.ts';
import { type Action, opposite } from './action.ts';
import { wholeSpreads } from './standing.ts';

const FAILED_LEG = 'another leg of its spread failed';

/**
 * What a spread needs when a leg of it ended without being filled. The policy: whole spreads stay, the rest goes. Legs
 * that still work are cancelled, unsent ones never leave, and what was filled beyond the whole spreads that the ended legs
 * allow is unwound at the market, at once. An unwinding order that fails is not repeated: that is for an operator.
 */
export function planSpread(intent: IntentRecord, orders: readonly OrderRecord[]): readonly Action[] {
  const legs = orders.filter(({ role }) => role === 'leg');
  const ended = legs.filter(({ status }) => isTerminal(status));
  if (!ended.some((order) => order.filledQuantity.lt(order.quantity))) return [];
  const cancels = legs
    .filter((order) => !isTerminal(order.status) && !order.cancel)
    .map((order): Action => ({ kind: 'cancel', order, reason: FAILED_LEG }));
  const whole = wholeSpreads(intent, ended);
  return [...cancels, ...legs.flatMap((leg) => unwind(leg, whole, intent, orders) ?? [])];
}

function unwind(
  leg: OrderRecord,
  whole: Decimal,
  { quantity, legs }: IntentRecord,
  orders: readonly OrderRecord[],
): Action | undefined {
  const number = unwindLegOf(leg.leg, legs!.length);
  const earlier = orders.filter((order) => order.leg === number);
  if (earlier.some((order) => isTerminal(order.status) && order.status !== 'filled')) return undefined;
  const kept = whole.times(legs![leg.leg]!.quantity).div(quantity);
  const asked = earlier.reduce((sum, order) => sum.plus(order.quantity).minus(order.bustedQuantity), ZERO);
  const excess = leg.filledQuantity.minus(kept).minus(asked);
  if (excess.lte(0)) return undefined;
  return {
    kind: 'submit',
    like: leg,
    order: {
      leg: number,
      revision: earlier.length,
      role: 'unwind',
      side: opposite(leg.side),
      terms: { type: 'market', timeInForce: 'day' },
      quantity: excess,
    },
  };
}
