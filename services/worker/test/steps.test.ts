import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StepName } from '@keelson/contracts';
import { until } from '@keelson/testkit';
import { flawless } from './support/audit.ts';
import { World } from './support/world.ts';

/**
 * One signal, filled in two parts, taken through the flow by one step at a time: each runs in a pipeline of its own, with
 * nothing else alive. What waits afterwards is what the next one finds.
 */
const ORDER = { quantity: '4' };
/** The step, and what then waits in the outbox for others: step < message. */
const WAY: readonly [StepName, readonly string[]][] = [
  ['decide', ['place < order.approved']],
  ['place', ['route < submit_order']],
  ['route', ['apply < broker.accepted', 'apply < broker.filled']],
  ['listen', ['apply < broker.accepted', 'apply < broker.filled', 'apply < broker.filled']],
  [
    'apply',
    [
      ...['book < order.filled', 'book < order.filled'],
      'publish < order.changed',
      ...['publish < order.filled', 'publish < order.filled'],
    ],
  ],
  [
    'book',
    [
      ...['publish < entry.posted', 'publish < entry.posted'],
      'publish < order.changed',
      ...['publish < order.filled', 'publish < order.filled', 'publish < trade.created', 'publish < trade.updated'],
    ],
  ],
  ['publish', []],
];

describe('each step alone', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ venue: { partialFillPercent: 100, latencyMs: { min: 1, max: 5 } } });
    await world.accept(ORDER);
  }, 30_000);
  afterAll(() => world.close());

  /** How often an order changes depends on which report is applied first: an accept after the last fill changes nothing. */
  const waiting = async () => {
    const rows = (await world.waiting()).map(({ step, type }) => `${step} < ${type}`);
    return rows.filter((row, index) => !row.endsWith('order.changed') || rows.indexOf(row) === index);
  };
  /** What is left of a signal in the end, but for ids, prices and times. */
  const outcome = async () => {
    const [order] = await world.database.admin(
      `select o.status, o.filled_quantity::float8 as filled, o.reserved::float8 as reserved, o.attempt,
              (select count(*)::int from keelson.broker_events e where e.order_id = o.order_id) as events,
              (select count(*)::int from keelson.fills f where f.order_id = o.order_id) as fills,
              (select count(*)::int from keelson.entries e where e.signal_id = o.signal_id) as entries
         from keelson.orders o order by o.created_at desc limit 1`,
    );
    return order;
  };

  it.each(WAY)(
    '%s completes with nothing else running',
    async (step, left) => {
      expect((await waiting()).length).toBeGreaterThan(0);
      const alone = await world.run({ steps: [step] });
      expect(await until(waiting, (now) => JSON.stringify(now) === JSON.stringify(left))).toEqual(left);
      await alone.stop();
      expect(alone.errors).toEqual([]);
    },
    20_000,
  );

  it('leaves everything as it should be in the end', async () => {
    expect(await world.audit()).toEqual(flawless(1));
  }, 30_000);

  it('leaves the same as all steps in one process do, which share commits', async () => {
    const alone = await outcome();
    const together = await world.run();
    await world.accept(ORDER);
    expect(await world.settled()).toEqual(flawless(2));
    await together.stop();
    expect(alone).toEqual({ status: 'filled', filled: 4, reserved: 0, attempt: 1, events: 3, fills: 2, entries: 2 });
    expect(await outcome()).toEqual(alone);
  }, 30_000);

  it('finds its messages in a queue that it shares with processes of other steps', async () => {
    const halves: StepName[][] = [
      ['decide', 'route', 'apply', 'publish'],
      ['place', 'listen', 'book'],
    ];
    const running = await Promise.all(halves.map((steps) => world.run({ steps })));
    await Promise.all(Array.from({ length: 10 }, () => world.accept(ORDER)));
    expect(await world.settled()).toEqual(flawless(12));
    await Promise.all(running.map((one) => one.stop()));
    expect(running.flatMap(({ errors }) => errors)).toEqual([]);
  }, 30_000);
});
