import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VenueNews } from '@keelson/pipeline';
import { until } from '@keelson/testkit';
import { flawless } from './support/audit.ts';
import { type RunningPipeline, World } from './support/world.ts';

describe('a venue that contradicts our books', () => {
  let world: World;
  let running: RunningPipeline;
  const news: VenueNews[] = [];
  beforeAll(async () => {
    world = await World.start();
    running = await world.run({ onVenueNews: (one) => void news.push(one) });
  }, 60_000);
  afterAll(() => world.close());

  it('is put aside with its reason, told of, and does not keep the next order from being heard', async () => {
    await world.venue.control({ reject_next: 1 });
    const signalId = await world.accept();
    expect(await world.settled()).toEqual(flawless(1, { 'order.rejected': 1 }));
    const [order] = await world.database.admin<{ id: string }>(
      'select client_order_id as id from keelson.orders where signal_id = $1',
      [signalId],
    );
    await world.venue.post('/v1/control/book', { change: 'fill', order: order!.id, told: true });
    const quarantined = await until(
      () =>
        world.database.admin<{ type: string; reason: string }>('select type, reason from keelson.quarantined_events'),
      (rows) => rows.length > 0,
    );
    expect(quarantined).toEqual([{ type: 'broker.filled', reason: expect.stringContaining('rejected') }]);
    expect(news.filter(({ kind }) => kind === 'quarantined')).toHaveLength(1);
    // The second part of this one is only ever told by the stream, after the contradiction.
    await world.venue.control({ partial_fill_percent: 100, latency_ms: { min: 1, max: 5 } });
    await world.accept({ quantity: '4' });
    expect(await world.settled()).toMatchObject({
      ended: { 'order.filled': 1, 'order.rejected': 1 },
      waitingInOutbox: 0,
    });
    expect(running.errors).toEqual([]);
  }, 60_000);
});
