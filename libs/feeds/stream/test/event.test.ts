import { describe, expect, it } from '@jest/globals';
import type { Message, OrderChanged } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import { eventsOf } from '../src/event.ts';

function told(changes: Partial<OrderChanged>) {
  const ids = { orderId: newId(), intentId: newId(), signalId: newId(), accountId: newId(), clientOrderId: 'c' };
  const payload: OrderChanged = {
    ...ids,
    ...{ symbol: 'ES', side: 'buy', from: 'submitted', to: 'accepted', quantity: '10', filledQuantity: '0' },
    ...{ role: 'entry', leg: 0, revision: 0 },
    ...changes,
  };
  const message: Message = { id: newId(), type: 'order.changed', teamId: newId(), key: 'k', payload };
  return eventsOf(message, undefined);
}

function ends(outcome: NonNullable<OrderChanged['ends']>['outcome']) {
  return { ends: { outcome, symbol: 'SPREAD', side: 'buy' as const, quantity: '3', filledQuantity: '1' } };
}

describe('what the screens are told of an order', () => {
  it.each([
    [{ to: 'accepted' }, ['order.accepted']],
    [{ to: 'unknown' }, []],
    [{ to: 'filled', ...ends('filled') }, ['order.filled']],
    [{ to: 'replaced' }, ['order.replaced']],
    // A revision that never stood, and an order that is filled while its revision may still come: the signal goes on.
    [{ to: 'rejected' }, ['order.replace_refused']],
    [{ to: 'filled' }, ['order.partially_filled']],
    // The refusal of the last revision ends a signal whose entry was filled before.
    [{ to: 'rejected', ...ends('filled') }, ['order.filled']],
    // A fill that comes after the end.
    [{ from: 'cancelled', to: 'cancelled' }, ['order.partially_filled']],
    [{ role: 'take_profit', to: 'filled' }, ['exit.filled']],
    [{ role: 'stop_loss', to: 'replaced' }, ['exit.replaced']],
    [{ role: 'unwind', to: 'rejected' }, ['exit.rejected']],
    [{ role: 'leg', to: 'cancelled' }, ['leg.cancelled']],
    [{ role: 'leg', to: 'cancelled', ...ends('cancelled') }, ['leg.cancelled', 'order.cancelled']],
    [{ role: 'flatten', to: 'filled', ...ends('filled') }, ['order.filled']],
  ] as [Partial<OrderChanged>, string[]][])('%j: %j', (changes, events) => {
    expect(told(changes).map(({ event }) => event)).toEqual(events);
  });

  it('is, at the end of a spread, how much of the whole was filled', () => {
    const [leg, whole] = told({ role: 'leg', to: 'cancelled', ...ends('cancelled') });
    expect(leg!.data).toMatchObject({ symbol: 'ES', status: 'cancelled', quantity: '10', filled_quantity: '0' });
    expect(whole!.data).toMatchObject({
      symbol: 'SPREAD',
      quantity: '3',
      filled_quantity: '1',
      signal_id: whole!.signalId,
    });
  });
});
