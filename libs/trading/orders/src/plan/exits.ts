import type { Exits, OrderTerms } from '@keelson/contracts';
import { Decimal, ZERO } from '@keelson/kernel';
import { ENTRY_LEG, STOP_LOSS_LEG, TAKE_PROFIT_LEG } from '../legs.ts';
import { openQuantity, type OrderRecord } from '../order-record.ts';
import { isTerminal } from '../transitions.ts';
import { type Action, isLive, opposite } from './action.ts';
import { legState, type LegState, wasRefused } from './standing.ts';

/** One of the ways out of a position. */
interface Exit {
  readonly leg: number;
  readonly role: 'take_profit' | 'stop_loss';
  readonly terms: OrderTerms;
}

/**
 * What the exits of a filled entry need now: each shall be open for what was filled and not left yet, so both share one
 * remainder, and the last fill of one cancels the other. One request per exit is under way at a time; the answer to it
 * brings the next look: one that the venue does not replace is cancelled, and placed anew once that is confirmed. An exit
 * that the venue ended by itself, or that somebody cancelled, is not placed again; what a halt took is, by restoreExits.
 */
export function planExits(exits: Exits, orders: readonly OrderRecord[]): readonly Action[] {
  const entry = legState(orders, ENTRY_LEG);
  if (!entry.standing) return [];
  const like = entry.standing;
  const ways = waysOut(exits).map((exit) => ({ exit, state: legState(orders, exit.leg) }));
  const left = ways.reduce((sum, { state }) => sum.plus(state.filled), ZERO);
  const wanted = Decimal.max(entry.filled.minus(left), ZERO);
  return ways.flatMap(({ exit, state }) => adjust(exit, state, wanted, like) ?? []);
}

function waysOut({ takeProfit, stopLoss }: Exits): readonly Exit[] {
  return [
    ...(takeProfit
      ? [
          {
            leg: TAKE_PROFIT_LEG,
            role: 'take_profit' as const,
            terms: { type: 'limit', timeInForce: 'gtc', ...takeProfit } as const,
          },
        ]
      : []),
    ...(stopLoss
      ? [{ leg: STOP_LOSS_LEG, role: 'stop_loss' as const, terms: { ...stopLoss, timeInForce: 'gtc' } as const }]
      : []),
  ];
}

function adjust(exit: Exit, state: LegState, wanted: Decimal, entry: OrderRecord): Action | undefined {
  const { standing, newest } = state;
  if (!standing || mayStandAgain(standing)) {
    if (wanted.isZero()) return undefined;
    const revision = newest ? newest.revision + 1 : 0;
    const order = { ...exit, revision, side: opposite(entry.side), quantity: wanted };
    return { kind: 'submit', like: entry, order };
  }
  if (!isLive(standing) || standing.cancel || standing.attemptId || state.pending) return undefined;
  if (openQuantity(standing).eq(wanted)) return undefined;
  if (wanted.isZero()) return { kind: 'cancel', order: standing, reason: 'the position it would leave is closed' };
  // Some venues replace nothing, and some do not replace this: then it ends first, and one of the right size follows.
  if (wasRefused(state, wanted)) return { kind: 'cancel', order: standing, reason: 'its venue does not resize it' };
  return { kind: 'replace', order: standing, quantity: wanted, terms: standing.terms };
}

/** Ended because nothing was left to leave: more may be filled, or a fill taken back, after that. */
function mayStandAgain(order: OrderRecord): boolean {
  return order.status === 'filled' || (isTerminal(order.status) && order.cancel?.planned === true);
}
