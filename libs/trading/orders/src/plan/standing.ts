import type { SignalOutcome } from '@keelson/contracts';
import { Decimal, ZERO } from '@keelson/kernel';
import { ENTRY_LEG } from '../legs.ts';
import { type IntentRecord, openQuantity, type OrderRecord } from '../order-record.ts';
import { isTerminal } from '../transitions.ts';

/** The orders of one leg, and where it stands. */
export interface LegState {
  /** The revision that counts: the newest that ever stood. Undefined before the first order. */
  readonly standing: OrderRecord | undefined;
  /** A revision that was asked for and is neither there nor refused. */
  readonly pending: OrderRecord | undefined;
  /** The newest revision, also one that was refused. */
  readonly newest: OrderRecord | undefined;
  /** Filled by all revisions together. */
  readonly filled: Decimal;
}

/** Where a leg stands. A revision counts once its predecessor is replaced; until then it is asked for, or refused. */
export function legState(orders: readonly OrderRecord[], leg: number): LegState {
  const revisions = orders.filter((order) => order.leg === leg).sort((a, b) => a.revision - b.revision);
  const byId = new Map(revisions.map((order) => [order.orderId, order]));
  const stood = revisions.filter(({ replaces }) => !replaces || byId.get(replaces)?.status === 'replaced');
  const standing = stood.at(-1);
  const pending = revisions.find((order) => !stood.includes(order) && !isTerminal(order.status));
  return { standing, pending, newest: revisions.at(-1), filled: sumOfFills(revisions) };
}

/** Whether this very change was asked for and refused: with the same open, it would be again. */
export function wasRefused({ standing, newest }: Pick<LegState, 'standing' | 'newest'>, quantity: Decimal): boolean {
  if (!standing || !newest || newest === standing) return false;
  return newest.quantity.eq(quantity) && newest.askedOpen?.eq(openQuantity(standing)) === true;
}

/** How a signal ended, and how much of it was filled. */
export interface WholeOutcome {
  readonly outcome: SignalOutcome;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
}

/** How the entry, or the spread as a whole, ended; undefined while anything of it may still be filled. */
export function wholeOutcome(intent: IntentRecord, orders: readonly OrderRecord[]): WholeOutcome | undefined {
  const numbers = intent.legs ? intent.legs.map((_, leg) => leg) : [ENTRY_LEG];
  const legs = numbers.map((leg) => legState(orders, leg));
  const ended = legs.map(({ standing, pending }) => {
    const open = !standing || pending || !isTerminal(standing.status) || standing.status === 'replaced';
    return open ? undefined : standing;
  });
  if (ended.some((order) => order === undefined)) return undefined;
  const [first] = ended as OrderRecord[];
  if (!intent.legs) {
    return { outcome: outcomeOf(first!), quantity: first!.quantity, filledQuantity: first!.filledQuantity };
  }
  const failed = (ended as OrderRecord[]).find(({ status }) => status !== 'filled');
  const whole = wholeSpreads(intent, ended as OrderRecord[]);
  return { outcome: outcomeOf(failed ?? first!), quantity: intent.quantity, filledQuantity: whole };
}

/** How many whole spreads the fills of these legs still allow; of all legs: how many there are. */
export function wholeSpreads({ quantity, legs = [] }: IntentRecord, of: readonly OrderRecord[]): Decimal {
  return of.reduce((least, order) => {
    const ratio = legs[order.leg]!.quantity;
    return Decimal.min(least, order.filledQuantity.times(quantity).div(ratio).floor());
  }, quantity);
}

export function sumOfFills(orders: readonly OrderRecord[]): Decimal {
  return orders.reduce((sum, { filledQuantity }) => sum.plus(filledQuantity), ZERO);
}

function outcomeOf({ status }: OrderRecord): SignalOutcome {
  return status as SignalOutcome;
}
