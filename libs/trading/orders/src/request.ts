import { isDeepStrictEqual } from 'node:util';
import { type Message, type OrderStatus, orderTerms, type OrderTerms } from '@keelson/contracts';
import { Decimal, type Id, newId, ZERO } from '@keelson/kernel';
import { insertMessage } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { type Judgement, judgeReplacement } from '@keelson/risk';
import { beginReplacement, carryOut } from './carry-out.ts';
import { openQuantity, type OrderRecord } from './order-record.ts';
import { lockOrders, signalOf } from './orders.store.ts';
import { isLive } from './plan/action.ts';
import { meantBy } from './revision.ts';
import { isTerminal } from './transitions.ts';
import { WorkingSet } from './working-set.ts';

/** What became of a request. A refusal is data: `code` for programs, `message` with cause and fix. */
export type Requested =
  | {
      readonly outcome: 'requested';
      readonly signalId: Id;
      /** Tells this asking from others; undefined while the order waits to be sent, and is then stopped before that. */
      readonly attemptId: Id | undefined;
      /** The revision that was asked for. */
      readonly revisionId?: Id;
      /** Wait in the outbox; whoever runs them may be woken after the commit. */
      readonly messages: readonly Message<'cancel_order' | 'replace_order'>[];
    }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly status: OrderStatus; readonly message: string };

export type RefusalCode =
  'closed' | 'not_at_venue' | 'busy' | 'not_replaceable' | 'too_large' | 'invalid_terms' | 'denied';

/** How long a replacement may take to leave; after that it never does. */
const REPLACE_WITHIN_MS = 30_000;

/**
 * Asks for the end of an order; of a spread's leg: of the whole spread. Repeating it changes nothing. An order that was
 * not sent yet never is; one that may be at its venue is cancelled there as soon as that is known.
 */
export async function requestCancel(tx: Tx, orderId: Id, reason: string): Promise<Requested> {
  const found = await lockFor(tx, orderId);
  if (!found) return { outcome: 'not_found' };
  const { set, order } = found;
  if (isTerminal(order.status)) return refuse(order, 'closed', `it is ${order.status} already; nothing of it is open`);
  for (const one of meantBy(order, set)) {
    if (!isTerminal(one.status) && !(one.cancel?.planned === false)) {
      set.change(tx, { ...one, cancel: { reason, planned: false } });
    }
  }
  const messages = carryOut([], set, asking(tx)) as readonly Message<'cancel_order'>[];
  for (const message of messages) insertMessage(tx, message, 'cancel', order.signalId);
  const { attemptId } = set.find((one) => one.orderId === orderId)!;
  return { outcome: 'requested', signalId: order.signalId, attemptId, messages };
}

/** What shall be different; what is left out stays. Amounts are decimal text above zero. */
export interface ReplaceWish {
  /** What shall be open from then on. Never more than what is open: more is another signal, for risk to decide on. */
  readonly quantity?: string | undefined;
  readonly timeInForce?: OrderTerms['timeInForce'] | undefined;
  readonly limitPrice?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly trail?: string | undefined;
}

const REPLACEABLE: ReadonlySet<OrderRecord['role']> = new Set(['entry', 'take_profit', 'stop_loss']);

/**
 * Asks for a revision in the place of an order that stands at its venue. One request per order is under way at a time.
 * Risk judges it as the new order that it is; what it needs more is reserved with it. Raises KE010, at the end of the
 * transaction, when another approval took the room in between: ask again.
 */
export async function requestReplace(tx: Tx, orderId: Id, wish: ReplaceWish): Promise<Requested> {
  const found = await lockFor(tx, orderId);
  if (!found) return { outcome: 'not_found' };
  const { set, order } = found;
  const refusal = refusalOf(order, wish, set);
  if (refusal) return refusal;
  const terms = termsWith(order.terms, wish);
  if (!terms) return refuse(order, 'invalid_terms', `a ${order.terms.type} order has no such price`);
  const quantity = wish.quantity === undefined ? openQuantity(order) : new Decimal(wish.quantity);
  const risk = await judge(tx, order, terms, quantity);
  if (risk.denied) return refuse(order, 'denied', `risk denies it: ${tell(risk.denied)}`);
  const message = beginReplacement(order, { quantity, terms, reserved: risk.extra }, set, asking(tx));
  insertMessage(tx, message, 'replace', order.signalId);
  const { attemptId, revision } = message.payload;
  const { signalId } = order;
  return { outcome: 'requested', signalId, attemptId, revisionId: revision.orderId, messages: [message] };
}

/** What only makes an order smaller needs nobody's leave. */
async function judge(tx: Tx, order: OrderRecord, terms: OrderTerms, quantity: Decimal): Promise<Judgement> {
  if (isDeepStrictEqual(terms, order.terms)) return { denied: undefined, extra: ZERO };
  const { signalId, side, reserved } = order;
  const share = reserved.times(quantity).div(openQuantity(order));
  const reduces = order.role !== 'entry';
  return judgeReplacement(tx, { signalId, side, reduces, terms, quantity, reserved: share });
}

/** `price_collar (limit 5, price 7000, middle 5000)`. */
function tell({ denied, numbers }: { readonly denied: string; readonly numbers: Readonly<Record<string, string>> }) {
  const shown = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  return `${denied} (${shown.join(', ')})`;
}

function refusalOf(order: OrderRecord, { quantity }: ReplaceWish, set: WorkingSet): Requested | undefined {
  if (isTerminal(order.status)) return refuse(order, 'closed', `it is ${order.status} already; nothing of it is open`);
  if (!REPLACEABLE.has(order.role) || order.terms.type === 'market') {
    const kind = order.terms.type === 'market' ? 'a market order' : `an order that is a ${order.role}`;
    return refuse(order, 'not_replaceable', `${kind} cannot be replaced; cancel it instead`);
  }
  if (!isLive(order)) return refuse(order, 'not_at_venue', 'the venue has not confirmed it yet; ask again when it has');
  const pending = set.find(({ replaces, status }) => replaces === order.orderId && !isTerminal(status));
  if (order.attemptId || order.cancel || pending) {
    return refuse(order, 'busy', 'a cancel or a replacement of it is under way; ask again when it is answered');
  }
  if (quantity === undefined) return undefined;
  if (order.role !== 'entry') {
    return refuse(order, 'not_replaceable', 'the quantity of an exit follows what its entry filled; leave it out');
  }
  const open = openQuantity(order);
  if (new Decimal(quantity).lte(open)) return undefined;
  return refuse(order, 'too_large', `only ${open.toFixed()} of it is open; to trade more, send another signal`);
}

/** The terms with what is wished; undefined when a price does not belong to this type of order. */
function termsWith(terms: OrderTerms, wish: ReplaceWish): OrderTerms | undefined {
  const { timeInForce, limitPrice, stopPrice, trail } = wish;
  const wished = { timeInForce, limitPrice, stopPrice, trail };
  const given = Object.fromEntries(Object.entries(wished).filter(([, value]) => value !== undefined));
  const parsed = orderTerms.safeParse({ ...terms, ...given });
  return parsed.success ? parsed.data : undefined;
}

async function lockFor(tx: Tx, orderId: Id): Promise<{ set: WorkingSet; order: OrderRecord } | undefined> {
  const signalId = await signalOf(tx, orderId);
  if (!signalId) return undefined;
  const set = new WorkingSet(await lockOrders(tx, signalId));
  return { set, order: set.find((one) => one.orderId === orderId)! };
}

function asking(tx: Tx) {
  const expiresAt = new Date(Date.now() + REPLACE_WITHIN_MS).toISOString();
  return { tx, teamId: tx.teamId!, cause: newId(), expiresAt };
}

function refuse({ status, orderId }: OrderRecord, code: RefusalCode, because: string): Requested {
  return { outcome: 'refused', code, status, message: `Order ${orderId} is left as it is: ${because}` };
}
