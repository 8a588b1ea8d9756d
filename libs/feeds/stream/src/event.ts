import type { Message, OrderChanged, OrderRole, OrderStatus, StreamEventName } from '@keelson/contracts';
import type { History, NewEvent } from './publish.store.ts';

/** When a signal passed each step, as clients see it; ISO 8601. */
export type Steps = Readonly<
  Partial<Record<'received_at' | 'decided_at' | 'submitted_at' | 'answered_at' | 'booked_at', string>>
>;

/** The steps so far. What happens in the commit that publishes has no stored time yet: it is now. */
export function stepsOf(message: Message, history: History): Steps {
  const now = new Date().toISOString();
  const decided = history.decidedAt?.toISOString() ?? now;
  const before = { ...(history.receivedAt && { received_at: history.receivedAt.toISOString() }), decided_at: decided };
  if (message.type === 'order.denied') return before;
  return {
    ...before,
    ...(history.submittedAt && { submitted_at: history.submittedAt.toISOString(), answered_at: now }),
    booked_at: now,
  };
}

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'cancelled', 'expired', 'replaced']);

/** Orders beside the entry that only ever leave a position. */
const EXITS: ReadonlySet<OrderRole> = new Set(['take_profit', 'stop_loss', 'unwind']);

/** What the screens are told of a message; nothing for what only other steps need. */
export function eventsOf(message: Message, steps: Steps | undefined): readonly NewEvent[] {
  const event = eventOf(message, steps);
  const end = message.type === 'order.changed' ? wholeEnded(message, steps) : undefined;
  return [...(event ? [event] : []), ...(end ? [end] : [])];
}

function eventOf(message: Message, steps: Steps | undefined): NewEvent | undefined {
  const at = new Date().toISOString();
  switch (message.type) {
    case 'order.denied': {
      const { signalId, symbol, side, quantity, code, numbers } = message.payload;
      const event = code === 'expired' ? 'order.expired' : 'order.denied';
      const data = { signal_id: signalId, at, symbol, side, quantity, code, numbers, steps };
      return { channel: 'orders', event, signalId, data };
    }
    case 'order.changed':
      return orderEvent(message, at, steps);
    case 'order.fill_busted': {
      const { signalId, fillId, orderId, accountId, symbol, reason } = message.payload;
      const data = {
        signal_id: signalId,
        at,
        fill_id: fillId,
        order_id: orderId,
        account_id: accountId,
        symbol,
        reason,
      };
      return { channel: 'orders', event: 'order.fill_busted', signalId, data };
    }
    case 'entry.posted': {
      const { entryId, signalId, accountId, symbol, currency, cash, realisedProfit } = message.payload;
      const data = { signal_id: signalId, at, entry_id: entryId, account_id: accountId, symbol, currency, cash };
      return {
        channel: 'ledger',
        event: 'entry.posted',

        signalId,
        data: { ...data, realised_profit: realisedProfit },
      };
    }
    case 'trade.created':
    case 'trade.updated':
    case 'trade.closed':
      return tradeEvent(message, at);
    case 'trading_state.changed': {
      const { from, to, reason, actor, haltGeneration } = message.payload;
      const data = { at, from, to, reason, actor, halt_generation: haltGeneration };
      return { channel: 'system', event: 'trading_state.changed', signalId: undefined, data };
    }
    case 'drift.found': {
      const { driftId, accountId, broker, kind, subject, symbol, ours, venue, treatment, ledTo } = message.payload;
      const what = { drift_id: driftId, account_id: accountId, broker, kind, subject, symbol, ours, venue, treatment };
      return { channel: 'system', event: 'drift.found', signalId: undefined, data: { at, ...what, led_to: ledTo } };
    }
    case 'drift.ended': {
      const { driftId, accountId, as, actor, reason } = message.payload;
      const data = { at, drift_id: driftId, account_id: accountId, as, actor, reason };
      return { channel: 'system', event: 'drift.ended', signalId: undefined, data };
    }
    default:
      return undefined;
  }
}

function orderEvent(message: Message<'order.changed'>, at: string, steps: Steps | undefined): NewEvent | undefined {
  const { payload } = message;
  const event = orderEventName(payload);
  if (!event) return undefined;
  const data = {
    signal_id: payload.signalId,
    at,
    order_id: payload.orderId,
    account_id: payload.accountId,
    client_order_id: payload.clientOrderId,
    symbol: payload.symbol,
    side: payload.side,
    role: payload.role,
    leg: payload.leg,
    revision: payload.revision,
    ...numbersOf(payload),
    average_price: payload.averagePrice,
    reason: payload.reason,
    steps,
  };
  return { channel: 'orders', event, signalId: payload.signalId, data };
}

/** Of the order itself; where it ends the signal, of what ended, which may be an earlier revision. */
function numbersOf({ role, to, quantity, filledQuantity, ends }: OrderChanged) {
  if (!ends || role === 'leg') return { status: to, quantity, filled_quantity: filledQuantity };
  return { status: ends.outcome, quantity: ends.quantity, filled_quantity: ends.filledQuantity };
}

/** The end of a spread as a whole: told beside that of its last leg. */
function wholeEnded({ payload }: Message<'order.changed'>, steps: Steps | undefined): NewEvent | undefined {
  const { role, ends, signalId, accountId, reason } = payload;
  if (!ends || role !== 'leg') return undefined;
  const { outcome, symbol, side, quantity, filledQuantity } = ends;
  const data = {
    ...{
      signal_id: signalId,
      at: new Date().toISOString(),
      account_id: accountId,
      symbol,
      side,
      status: outcome,
      quantity,
    },
    ...{ filled_quantity: filledQuantity, reason, steps },
  };
  return { channel: 'orders', event: `order.${outcome}`, signalId, data };
}

/** A signal ends once, with its entry: all that other orders do, and a fill that comes late, has a name of its own. */
function orderEventName({ role, from, to, ends }: OrderChanged): StreamEventName | undefined {
  if (to === 'created' || to === 'unknown') return undefined;
  const family = role === 'leg' ? 'leg' : EXITS.has(role) ? 'exit' : 'order';
  if (TERMINAL.has(from)) return `${family}.partially_filled`;
  if (family !== 'order') return `${family}.${to}`;
  if (ends) return `order.${ends.outcome}`;
  // An end that does not end the signal: beside it stands, or may stand, another revision of the same order.
  if (to === 'filled') return 'order.partially_filled';
  if (to === 'rejected') return 'order.replace_refused';
  return to === 'cancelled' || to === 'expired' ? undefined : `order.${to}`;
}

function tradeEvent(message: Message<'trade.created' | 'trade.updated' | 'trade.closed'>, at: string): NewEvent {
  const { payload } = message;
  const data = {
    signal_id: payload.signalId,
    at,
    trade_id: payload.tradeId,
    account_id: payload.accountId,
    symbol: payload.symbol,
    direction: payload.direction,
    quantity: payload.quantity,
    entry_price: payload.entryPrice,
    exit_price: payload.exitPrice,
    realised_profit: payload.realisedProfit,
    opened_at: payload.openedAt,
    closed_at: payload.closedAt,
  };
  return { channel: 'trades', event: message.type, signalId: payload.signalId, data };
}
