import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { flawless } from './support/audit.ts';
import { World } from './support/world.ts';

/** Ten signals, both sides, so that the position turns; a third of the orders is filled in two parts. */
const ALERTS = Array.from({ length: 10 }, (_, index) => ({
  side: index % 3 === 0 ? ('sell' as const) : ('buy' as const),
  quantity: String(1 + (index % 4) * 2),
}));

describe('the flow, whichever way its messages travel', () => {
  let world: World;
  let accepted = 0;

  beforeAll(async () => {
    world = await World.start({ venue: { partialFillPercent: 34, latencyMs: { min: 1, max: 5 } } });
  }, 30_000);
  afterEach(async () => {
    expect(await world.settled()).toEqual(flawless(accepted));
  });
  afterAll(() => world.close());

  it.each([
    ['neighbouring steps share a commit', { fuse: true }],
    ['every hop goes through the queue', { fuse: false }],
    ['the sweep alone carries, BullMQ is off', { fuse: true, carrier: 'sweep' }],
    ['the sweep alone carries every hop', { fuse: false, carrier: 'sweep' }],
  ] as const)(
    '%s: each signal is filled once and the books balance',
    async (_, settings) => {
      const running = await world.run(settings);
      await Promise.all(ALERTS.map((alert) => world.accept(alert)));
      accepted += ALERTS.length;
      await world.settled();
      await running.stop();
      expect(running.errors).toEqual([]);
    },
    30_000,
  );
});
