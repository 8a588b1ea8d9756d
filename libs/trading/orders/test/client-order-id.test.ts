import { describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { clientOrderIdOf, orderIdOf } from '../src/client-order-id.ts';

describe('the client order id', () => {
  it('is the same for the same intent, leg and revision, and another for any other', () => {
    const intents = [newId(), newId()];
    const ids = intents.flatMap((intent) =>
      [0, 1].flatMap((leg) => [0, 1].map((revision) => clientOrderIdOf(intent, leg, revision))),
    );
    expect(new Set(ids).size).toBe(8);
    expect(clientOrderIdOf(intents[0]!, 1, 0)).toBe(ids[2]);
    expect(ids).not.toContain(orderIdOf(intents[0]!, 0, 0));
  });

  it('never changes between releases: an order that was sent must be found again', () => {
    expect(clientOrderIdOf('01890000-0000-7000-8000-000000000001', 0, 0)).toBe('ce93ea0f-c264-84a2-9089-6de11ad988cf');
  });
});
