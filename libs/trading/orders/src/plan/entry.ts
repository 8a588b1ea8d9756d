import { openQuantity, type IntentRecord, type OrderRecord } from '../order-record.ts';
import { ENTRY_LEG } from '../legs.ts';
import { type Action, isLive } from './action.ts';
import { legState, wasRefused } from './standing.ts';

const TOO_MUCH = 'the order that it replaced was filled meanwhile';

/**
 * Holds an entry to what was approved. A fill that crossed a replacement makes the revision too large at venues that
 * cannot compare: it is shrunk by what was filled, or cancelled when nothing is left.
 */
export function planEntry({ quantity }: IntentRecord, orders: readonly OrderRecord[]): readonly Action[] {
  const { standing, pending, filled, newest } = legState(orders, ENTRY_LEG);
  if (!standing || !isLive(standing) || standing.cancel || standing.attemptId || pending) return [];
  const left = quantity.minus(filled);
  if (openQuantity(standing).lte(left)) return [];
  if (left.lte(0)) return [{ kind: 'cancel', order: standing, reason: TOO_MUCH }];
  if (wasRefused({ standing, newest }, left)) return [];
  return [{ kind: 'replace', order: standing, quantity: left, terms: standing.terms }];
}
